"""What the top bar offers, in one tuple; too many sections fold the rare ones into one menu."""

from dataclasses import dataclass

from app.permissions import Permission
from app.viewer import Viewer


@dataclass(frozen=True)
class NavigationItem:
    title: str
    path: str
    icon: str
    permission: Permission
    rare: bool = False
    """Opened now and then: folded where the bar is full."""

    def is_current(self, path: str) -> bool:
        return path == self.path or path.startswith(f"{self.path}/")


NAVIGATION = (
    NavigationItem("Сегодня", "/today", "sunrise", Permission.TODAY_VIEW),
    NavigationItem("Моя работа", "/work", "inbox", Permission.CASE_VIEW),
    NavigationItem("Поиск", "/search", "search", Permission.CASE_VIEW),
    NavigationItem("Проблемы", "/problems", "category", Permission.PROBLEM_VIEW),
    NavigationItem("Ввод", "/cases/new", "writing", Permission.CASE_REGISTER),
    NavigationItem("Дубли", "/duplicates", "copy", Permission.CASE_LINK),
    NavigationItem("Загрузка", "/imports", "upload", Permission.IMPORT_LOAD),
    NavigationItem("Выгрузки", "/exports", "download", Permission.SEARCH_EXPORT),
    NavigationItem("Люди", "/people", "users", Permission.PEOPLE_MANAGE, rare=True),
    NavigationItem("Справочники", "/books", "building", Permission.BOOKS_EDIT, rare=True),
    NavigationItem("Журнал", "/audit", "history", Permission.AUDIT_VIEW, rare=True),
    NavigationItem("Состояние", "/system", "activity-heartbeat", Permission.SYSTEM_VIEW, rare=True),
)


MOST_SHOWN = 6
"""Sections side by side beside the search field on a screen of 1366 px."""


@dataclass(frozen=True)
class Sections:
    """Of the bar for one person, in the bar's order."""

    shown: tuple[NavigationItem, ...] = ()
    folded: tuple[NavigationItem, ...] = ()
    """Behind «Управление»."""

    @property
    def everything(self) -> tuple[NavigationItem, ...]:
        return self.shown + self.folded

    def folded_at(self, path: str) -> NavigationItem | None:
        """The folded section that the page belongs to."""
        return next((item for item in self.folded if item.is_current(path)), None)


def offered_to(viewer: Viewer | None) -> Sections:
    """What the bar shows to this person: nothing to somebody who has not signed in."""
    if viewer is None:
        return Sections()
    offered = tuple(item for item in NAVIGATION if viewer.may(item.permission))
    if len(offered) <= MOST_SHOWN:
        return Sections(offered)
    return Sections(
        tuple(item for item in offered if not item.rare),
        tuple(item for item in offered if item.rare),
    )
