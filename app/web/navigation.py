"""What the top bar offers, in one tuple."""

from dataclasses import dataclass

from app.permissions import Permission
from app.viewer import Viewer


@dataclass(frozen=True)
class NavigationItem:
    title: str
    path: str
    icon: str
    permission: Permission

    def is_current(self, path: str) -> bool:
        return path == self.path or path.startswith(f"{self.path}/")


NAVIGATION = (
    NavigationItem("Моя работа", "/work", "inbox", Permission.CASE_VIEW),
    NavigationItem("Поиск", "/search", "search", Permission.CASE_VIEW),
    NavigationItem("Ввод", "/cases/new", "writing", Permission.CASE_REGISTER),
    NavigationItem("Загрузка", "/imports", "upload", Permission.IMPORT_LOAD),
    NavigationItem("Выгрузки", "/exports", "download", Permission.SEARCH_EXPORT),
    NavigationItem("Люди", "/people", "users", Permission.PEOPLE_MANAGE),
    NavigationItem("Справочники", "/books", "building", Permission.BOOKS_EDIT),
    NavigationItem("Журнал", "/audit", "history", Permission.AUDIT_VIEW),
    NavigationItem("Состояние", "/system", "activity-heartbeat", Permission.SYSTEM_VIEW),
)


def offered_to(viewer: Viewer | None) -> tuple[NavigationItem, ...]:
    """What the bar shows to this person: nothing to somebody who has not signed in."""
    if viewer is None:
        return ()
    return tuple(item for item in NAVIGATION if viewer.may(item.permission))
