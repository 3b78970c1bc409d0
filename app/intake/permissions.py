"""Who may load files."""

from app.errors import ForbiddenError
from app.viewer import Viewer


def may_load(viewer: Viewer | None) -> None:
    """Raises ForbiddenError: a loaded file brings cases of every department, so the whole scope
    is asked for.
    """
    if viewer is None or not viewer.everything:
        raise ForbiddenError("Загружать таблицы может тот, кто видит все обращения.")
