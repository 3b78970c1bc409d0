"""The person a token acts for, as they are now."""

from app.accounts import repository
from app.accounts.scopes import viewer_for
from app.engine.client import Engine
from app.reference.service import current_book
from app.viewer import Viewer


async def owner_of(engine: Engine, login: str) -> Viewer | None:
    """None for a person who is not there or is shut out. Read anew each time, so that a token
    loses at once what the person loses.

    Without the rights of those the person stands in for: a program is nobody's substitute.
    """
    stored = await repository.get(engine, login)
    if stored is None or not stored.user.active:
        return None
    return viewer_for(stored.user, await current_book(engine))
