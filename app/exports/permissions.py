"""Who may take a file with a result."""

from app.errors import ForbiddenError, NotFoundError
from app.exports.models import ExportJob
from app.viewer import Viewer


def may_export(viewer: Viewer | None) -> Viewer:
    """Raises ForbiddenError. The file itself holds only what the viewer may see."""
    if viewer is None:
        raise ForbiddenError("Выгружать может тот, кто вошёл.")
    return viewer


def check_owner(viewer: Viewer | None, job: ExportJob) -> None:
    """Raises NotFoundError for another's export: the file was made for other eyes."""
    if viewer is None or viewer.name != job.viewer.name:
        raise NotFoundError("Такой выгрузки нет.")
