"""Who may load files."""

from app.errors import ForbiddenError
from app.permissions import Permission
from app.viewer import Viewer, require


def may_load(viewer: Viewer | None) -> None:
    """Raises ForbiddenError: a loaded file brings cases of every department and channel, so a scope
    without such limits is asked for besides the permission.
    """
    allowed = require(viewer, Permission.IMPORT_LOAD)
    whole = any(scope.departments is None and scope.channels is None for scope in allowed.scopes)
    if not allowed.everything and not whole:
        raise ForbiddenError("Загружать таблицы может тот, кто видит все обращения.")
