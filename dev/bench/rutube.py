"""Questions of users and the knowledge base that answers them (RUTUBE, Apache-2.0), as a search."""

from pathlib import Path

from python_calamine import CalamineWorkbook

from dev.bench.xquad import Task

_QUESTION, _ANSWER, _ASKED = "Вопрос из БЗ", "Ответ из БЗ", "Вопрос пользователя"


def read_rutube(folder: Path) -> Task:
    """An entry, its question with its first answer, is a text; it is found by a user's question."""
    entries: dict[str, str] = {}
    for row in _rows(folder / "rutube_kb.xlsx"):
        entries.setdefault(row[_QUESTION], row[_ANSWER])
    places = {question: place for place, question in enumerate(entries)}
    asked = [(row[_ASKED], places[row[_QUESTION]]) for row in _rows(folder / "rutube_cases.xlsx")]
    return Task([f"{question}\n{answer}" for question, answer in entries.items()], asked)


def _rows(path: Path) -> list[dict[str, str]]:
    header, *lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_index(0).to_python()
    return [
        dict(zip(map(str, header), (str(cell).strip() for cell in line), strict=True))
        for line in lines
    ]
