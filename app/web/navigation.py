"""What the top bar offers, in one tuple."""

from dataclasses import dataclass


@dataclass(frozen=True)
class NavigationItem:
    title: str
    path: str
    icon: str

    def is_current(self, path: str) -> bool:
        return path == self.path or path.startswith(f"{self.path}/")


NAVIGATION = (
    NavigationItem("Поиск", "/search", "search"),
    NavigationItem("Загрузка", "/imports", "upload"),
    NavigationItem("Выгрузки", "/exports", "download"),
    NavigationItem("Состояние", "/system", "activity-heartbeat"),
)
