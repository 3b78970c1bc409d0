"""The parameters of the list of problems as the API's description shows them."""

from dataclasses import dataclass, field

from litestar.openapi.spec import Operation, Parameter, Reference, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from app.board.params import FACETS, MAX_SIZE, SIZE, Show
from app.board.problem.params import PAGE
from app.board.words import FACET_TITLES

_TEXT = Schema(type=OpenAPIType.STRING)
_DAY = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.DATE)
_TEXTS = Schema(type=OpenAPIType.ARRAY, items=_TEXT)
_PAGE = Schema(type=OpenAPIType.INTEGER, minimum=1, default=1)


def _one(name: str, description: str, schema: Schema) -> Parameter:
    return Parameter(name=name, param_in="query", description=description, schema=schema)


def _size(usual: int) -> Schema:
    return Schema(type=OpenAPIType.INTEGER, minimum=1, maximum=MAX_SIZE, default=usual)


def _list() -> list[Parameter | Reference]:
    shows = Schema(type=OpenAPIType.STRING, enum=[show.value for show in Show])
    filters = [
        _one(name, f"Фильтр «{FACET_TITLES[name]}»; можно повторять.", _TEXTS) for name in FACETS
    ]
    return [
        _one("show", "Список: все, растут, новые, давно без движения, возвращаются.", shows),
        _one("q", "Слова из названия.", _TEXT),
        *filters,
        _one("from", "Сообщения приходили в этот день или позже.", _DAY),
        _one("to", "Сообщения приходили в этот день или раньше.", _DAY),
        _one("size", "Сколько проблем на странице.", _size(SIZE)),
        _one("page", "Номер страницы.", _PAGE),
    ]


def _cases() -> list[Parameter | Reference]:
    return [
        _one("size", "Сколько обращений на странице.", _size(PAGE)),
        _one("page", "Номер страницы.", _PAGE),
    ]


@dataclass
class ProblemsOperation(Operation):
    parameters: list[Parameter | Reference] | None = field(default_factory=_list)

    def __post_init__(self) -> None:
        self.parameters = _list()


@dataclass
class ProblemCasesOperation(Operation):
    """The id of the problem comes from the handler's signature."""

    def __post_init__(self) -> None:
        self.parameters = [*(self.parameters or []), *_cases()]
