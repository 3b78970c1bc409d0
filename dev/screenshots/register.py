"""A made-up table to load."""

from pathlib import Path

import xlsxwriter


def register(path: Path, rows: int) -> Path:
    """A hand-made register as departments keep it; a few of its rows cannot be loaded."""
    complaints = ("Третий день нет горячей воды", "Не горит фонарь у дома", "Не вывозят мусор")
    channels = ("ВК", "Телефон", "Эл. почта", "Портал", "Личный прием")
    states = ("Закрыта", "В работе", "новое", "Отказ")
    header = (
        "Номер обращения",
        "Дата обращения",
        "Заявитель",
        "Описание",
        "Адрес",
        "Канал",
        "Статус",
    )
    with xlsxwriter.Workbook(str(path), {"constant_memory": True}) as book:
        sheet = book.add_worksheet("Реестр")
        sheet.write(0, 0, "Реестр обращений за 2026 год")
        sheet.write_row(2, 0, header)
        for number in range(rows):
            house = number % 90 + 1
            cells = (
                str(number + 1),
                "вчера" if number % 9000 == 7 else f"{number % 28 + 1:02d}.11.2026 10:00",  # noqa: PLR2004
                f"Заявитель {number + 1}",
                f"{complaints[number % 3]}, Садовая, {house}. Просим принять меры.",
                f"Садовая, {house}",
                channels[number % 5],
                states[number % 4],
            )
            sheet.write_row(3 + number, 0, cells)
    return path
