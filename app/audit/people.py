"""How the journal and the histories of the books name whoever acted."""

from app.accounts.directory import everybody
from app.accounts.models import short_name
from app.audit.words import MACHINES
from app.engine.client import Engine


async def names_of_all(engine: Engine) -> dict[str, str]:
    """Login → family name and initials; also what works by itself. Those who left are named too."""
    people = await everybody(engine)
    return {one.login: short_name(one.name) for one in people} | MACHINES
