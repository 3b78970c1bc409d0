"""The list behind «Тепловая карта ЦУР»: ten columns, no text and no number."""

from pathlib import Path

from dev.demo.fragments import data
from dev.demo.models import DemoCase
from dev.demo.writers.workbook import SheetFile

SHEET = "Реестр"
COLUMNS = [
    "Направление",
    "Синт. группа",
    "Подтема",
    "Статус",
    "Исполнитель",
    "Источник",
    "Тип сообщения",
    "Спам",
    "Дата (первого взятия в работу)",
    "Адрес (формат)",
]
_STATUSES = {
    "new": "Модерация",
    "moderation": "Модерация",
    "assigned": "Исполнение",
    "in_progress": "В работе",
    "approval": "Согласование",
    "interim": "Отложено",
    "answered": "Готово",
    "closed": "Закрыто",
    "rejected": "Возврат модератору",
    "forwarded": "Внешнее исполнение",
}
_DIRECTIONS = {
    "zhkh": "ЖКХ",
    "water": "ЖКХ",
    "roads": "Дороги и транспорт",
    "transport": "Дороги и транспорт",
    "green": "Содержание территории",
    "waste": "Экология и отходы",
    "education": "Социальная сфера",
    "culture": "Социальная сфера",
    "social": "Социальная сфера",
    "property": "Земля и имущество",
    "safety": "Безопасность",
    "office": "Работа власти",
}


class HeatmapFile(SheetFile):
    def __init__(self, path: Path) -> None:
        super().__init__(path, SHEET, COLUMNS)

    def add_case(self, case: DemoCase) -> None:
        self.add(
            [
                _DIRECTIONS[case.department.code],
                case.group,
                case.theme,
                _STATUSES[case.state],
                case.department.name,
                case.source,
                1 if case.is_proposal else 0,
                "да" if case.is_spam else "нет",
                case.assigned_at or case.received_at,
                _address(case),
            ]
        )


def _address(case: DemoCase) -> str:
    municipality: str = data("town.toml")["municipality"]
    if case.place is None:
        return municipality
    parts = [municipality, case.place.street.settlement]
    if case.street_given:
        parts.append(case.place.street.official)
        if case.house_given:
            parts.append(f"д. {case.place.house}")
    return ", ".join(parts)
