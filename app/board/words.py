"""The list of problems in plain Russian, for pages, programs and files alike."""

from app.board.params import FACETS, BoardParams, Show
from app.engine.access import access_clause
from app.growth.service import Growing
from app.growth.words import growth_text
from app.problems.models import STATE_NAMES, ProblemState
from app.viewer import Viewer

SHOW_NAMES = {
    Show.GROWING: "Растут",
    Show.NEW: "Новые",
    Show.STALE: "Давно без движения",
    Show.RETURNED: "Возвращаются",
    Show.ALL: "Все",
}
FACET_TITLES = {
    "state": "Состояние",
    "sector": "Сфера",
    "municipality": "Муниципалитет",
    "settlement": "Населённый пункт",
    "district": "Район",
    "theme": "Тема",
    "department": "Ведомство",
    "owner": "Ответственный",
}


def conditions(params: BoardParams) -> list[tuple[str, str]]:
    """The filters in words, pairs of name and values; people by their logins."""
    return [
        (FACET_TITLES[name], ", ".join(_value(name, value) for value in params.values(name)))
        for name in FACETS
        if params.values(name)
    ]


def _value(name: str, value: str) -> str:
    return STATE_NAMES[ProblemState(value)] if name == "state" else value


def growth_words(grown: Growing | None) -> str:
    """«11 за 3 дня, обычно 2,1»; empty where nothing grows that the reader sees."""
    return growth_text(grown.seen, grown.expected) if grown else ""


def sees_everything(viewer: Viewer | None) -> bool:
    """Whether figures worked out over all cases are figures of cases this person sees."""
    return access_clause(viewer) == {"match_all": {}}
