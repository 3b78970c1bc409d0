"""The parameters of a search as the API's description shows them.

They are read by `parse_params`, the same for page, API and command line, so they are described
here and not by a handler's signature.
"""

from dataclasses import dataclass, field

from litestar.openapi.spec import Operation, Parameter, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from app.search.params import MAX_SIZE, SIZE, Mode, Sort
from app.search.results import FILTER_TITLES
from app.search.understanding import SWITCHES

_TEXT = Schema(type=OpenAPIType.STRING)
_DAY = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE)
_TEXTS = Schema(type=OpenAPIType.ARRAY, items=_TEXT)
_MODES = (
    "Способ: `auto` — по словам и по смыслу, `words` — только по словам, `hybrid` — смысл в полную "
    "силу и в коротких вопросах."
)


def _one(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name=name, param_in="query", description=description, schema=schema)


def _parameters() -> list[Parameter | Reference]:
    filters = [
        _one(name, f"Фильтр «{title}»; можно повторять.", _TEXTS)
        for name, title in FILTER_TITLES.items()
    ]
    sorts = Schema(type=OpenAPIType.STRING, enum=[sort.value for sort in Sort])
    modes = Schema(type=OpenAPIType.STRING, enum=[mode.value for mode in Mode])
    sizes = Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MAX_SIZE, default=SIZE)
    return [
        _one("q", "Слова, адрес или номер. В двойных кавычках — дословно.", _TEXT),
        *filters,
        _one("from", "Поступило не раньше этого дня, в часовом поясе муниципалитета.", _DAY),
        _one("to", "Поступило не позже этого дня.", _DAY),
        _one("sort", "Порядок; без слов — сначала новые.", sorts),
        _one("mode", _MODES, modes),
        _one("size", "Сколько строк на странице.", sizes),
        _one("asis", f"Что в запросе не исправлять и не понимать: {', '.join(SWITCHES)}.", _TEXT),
        _one("after", "Значение `next` предыдущей страницы.", _TEXT),
    ]


@dataclass
class SearchOperation(Operation):
    parameters: list[Parameter | Reference] | None = field(default_factory=_parameters)

    def __post_init__(self) -> None:
        self.parameters = _parameters()
