"""An empty «Таблица Отклика» to fill in, with the meaning of its columns on a second sheet."""

from pathlib import Path

import xlsxwriter

from app.cases.codes import CHANNEL_NAMES, KIND_NAMES, STATE_NAMES
from app.intake.fields import FIELD_TITLES, REQUIRED
from app.intake.profiles.canonical import CANONICAL_COLUMNS

_MOMENT = "22.11.2026 14:05"
_EXAMPLES = {
    "external_id": "2026-117",
    "source": "Журнал приёма",
    "received_at": _MOMENT,
    "registered_at": _MOMENT,
    "due_at": _MOMENT,
    "closed_at": _MOMENT,
    "answered_at": _MOMENT,
    "answered2_at": _MOMENT,
    "text": "Третий день нет горячей воды, Садовая, 5.",
    "author_phone": "+7 900 000-00-00",
    "street": "Садовая",
    "house": "5",
    "lat": "55,75",
    "lon": "37,61",
    "appeal_code": "0005.0005.0056.1160",
    "rating": "от 1 до 5",
    "tags": "вода; двор",
    "channel": ", ".join(f"{code} ({name})" for code, name in CHANNEL_NAMES.items()),
    "kind": ", ".join(f"{code} ({name})" for code, name in KIND_NAMES.items()),
    "state": ", ".join(f"{code} ({name})" for code, name in STATE_NAMES.items()),
}


def write_sample(target: Path) -> None:
    """The first sheet holds headings only: an example row would be loaded by mistake."""
    with xlsxwriter.Workbook(str(target)) as book:
        bold = book.add_format({"bold": True})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet("Обращения")
        sheet.write_row(0, 0, CANONICAL_COLUMNS, bold)
        sheet.set_column(0, len(CANONICAL_COLUMNS) - 1, 16)
        sheet.freeze_panes(1, 0)
        notes = book.add_worksheet("Пояснения")
        notes.write_row(0, 0, ("Столбец", "Что в нём", "Обязателен", "Как писать"), bold)
        notes.set_column(0, 2, 18)
        notes.set_column(3, 3, 70)
        for row, name in enumerate(CANONICAL_COLUMNS, start=1):
            required = "да" if name in REQUIRED else ""
            cells = (name, FIELD_TITLES[name], required, _EXAMPLES.get(name, ""))
            notes.write_row(row, 0, cells, wrapped)
