"""Which of a problem's cases are listed: of a place, from which page."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from urllib.parse import urlencode

from app.errors import BadInputError
from app.numbers import chosen_number

PAGE = 20
_MOST_PAGES = 100
"""Of up to 100 rows: the engine pages through 10,000. Further ones are in the search."""
_LONGEST = 512
_MOST_ROWS = 100


@dataclass(frozen=True)
class CasesParams:
    street: str = ""
    """As `app.similarity.spot.street_key` makes them."""
    house: str = ""
    page: int = 1

    @property
    def first(self) -> "CasesParams":
        return replace(self, page=1)

    def address(self, problem_id: str) -> str:
        pairs = [("street", self.street), ("house", self.house)]
        pairs += [("page", str(self.page))] if self.page > 1 else []
        query = urlencode([pair for pair in pairs if pair[1]])
        return f"/problems/{problem_id}{'?' + query if query else ''}#cases"


def parse_cases(pairs: Iterable[tuple[str, str]]) -> CasesParams:
    """Unknown names are left alone. Raises `BadInputError` naming the field."""
    given = dict(pairs)
    told = "Этой страницы списка нет."
    number = chosen_number(given.get("page") or "1", "page", _MOST_PAGES, told)
    street, house = given.get("street", "").strip(), given.get("house", "").strip()
    if max(len(street), len(house)) > _LONGEST:
        raise BadInputError("Такого места нет.", field="street")
    return CasesParams(street, house, number)


def parse_size(pairs: Iterable[tuple[str, str]]) -> int:
    """Rows of a page, for programs."""
    told = f"На странице от 1 до {_MOST_ROWS} обращений."
    return chosen_number(dict(pairs).get("size") or str(PAGE), "size", _MOST_ROWS, told)
