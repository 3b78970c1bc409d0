"""Who may take a file with a result."""

from app.errors import NotFoundError
from app.exports.models import ExportJob
from app.permissions import Permission
from app.viewer import Viewer, require


def may_export(viewer: Viewer | None) -> Viewer:
    """Raises ForbiddenError. The file itself holds only what the viewer may see."""
    return require(viewer, Permission.SEARCH_EXPORT)


def check_owner(viewer: Viewer | None, job: ExportJob) -> None:
    """Raises NotFoundError for another's export: the file was made for other eyes."""
    if viewer is None or viewer.name != job.viewer.name:
        raise NotFoundError("Такой выгрузки нет.")
