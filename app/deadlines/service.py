"""What people do with the book of deadlines: look at it, and have a change of it saved."""

from app.deadlines.current import current_deadlines, forget_deadlines
from app.deadlines.repository import StoredBook, load, save_newest
from app.deadlines.working import Worked, worked_out
from app.engine.client import Engine
from app.errors import ForbiddenError
from app.permissions import PERMISSION_NAMES, Permission
from app.viewer import Viewer

__all__ = [
    "StoredBook",
    "Worked",
    "current_deadlines",
    "forget_deadlines",
    "may_read",
    "open_deadlines",
    "save_newest",
    "worked_out",
]


def may_read(viewer: Viewer | None) -> bool:
    """Whoever works with cases may know by what rules they are counted."""
    return viewer is not None and any(
        viewer.may(one) for one in (Permission.BOOKS_EDIT, Permission.CASE_VIEW)
    )


async def open_deadlines(engine: Engine, viewer: Viewer | None) -> StoredBook:
    """The newest book with its history. Raises `ForbiddenError`."""
    if not may_read(viewer):
        raise ForbiddenError(f"Нет права: {PERMISSION_NAMES[Permission.CASE_VIEW]}.")
    return await load(engine)
