"""Similar cases, duplicates and past answers of one message: the only way to ask for them."""

from datetime import datetime

from app.engine.client import Engine
from app.similarity.gathering import Search
from app.similarity.models import Similar, Subject
from app.similarity.results import subject_of
from app.similarity.thresholds import DEFAULTS, Thresholds
from app.text.streets import NO_STREETS, Streets
from app.viewer import Viewer

__all__ = ["DEFAULTS", "Similar", "Subject", "Thresholds", "similar", "subject_of"]

SIZE = 10


async def similar(
    engine: Engine,
    viewer: Viewer | None,
    subject: Subject,
    *,
    size: int = SIZE,
    thresholds: Thresholds = DEFAULTS,
    streets: Streets = NO_STREETS,
    before: datetime | None = None,
) -> Similar:
    """What `viewer` may see of the cases related to `subject`, at most `size` a list.

    `streets` are those the cases name (`app.search.vocabulary`): they find a place in the words.
    `before` leaves out what came later. Raises `EngineUnavailableError`, `EngineSetupError`;
    without the model of meaning it goes on by words and says so.
    """
    search = Search(engine, viewer, subject, thresholds, streets, before)
    return await search.run(size)
