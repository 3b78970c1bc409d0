"""Who may take a file with a result."""

from app.errors import ForbiddenError, NotFoundError
from app.exports.models import ExportJob, ExportKind
from app.permissions import Permission
from app.viewer import Viewer, require

NEEDED = {
    ExportKind.CASES: Permission.SEARCH_EXPORT,
    ExportKind.JOURNAL: Permission.AUDIT_VIEW,
    ExportKind.PROBLEMS: Permission.SEARCH_EXPORT,
}
_BESIDES = {ExportKind.PROBLEMS: Permission.PROBLEM_VIEW}
"""What a list itself needs, besides the right to take it away as a file."""


def may_export(viewer: Viewer | None, kind: ExportKind = ExportKind.CASES) -> Viewer:
    """Raises ForbiddenError. The file itself holds only what the viewer may see."""
    who = require(viewer, NEEDED[kind])
    return require(who, _BESIDES[kind]) if kind in _BESIDES else who


def may_export_something(viewer: Viewer | None) -> Viewer:
    """For the list of one's own files, of whatever kind. Raises ForbiddenError."""
    if viewer is None or not any(viewer.may(needed) for needed in NEEDED.values()):
        raise ForbiddenError("Выгрузки вам не доступны.")
    return viewer


def check_owner(viewer: Viewer | None, job: ExportJob) -> None:
    """Raises NotFoundError for another's export: the file was made for other eyes."""
    if viewer is None or viewer.name != job.viewer.name:
        raise NotFoundError("Такой выгрузки нет.")
