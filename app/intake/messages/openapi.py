"""The body of `POST /messages` as the API's description shows it.

It is read by hand, so that each mistake has its code and each message of a list its outcome.
"""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, Operation, Parameter, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from app.cases.codes import Channel, Kind
from app.intake.messages.parse import AUTHOR, FIELDS, MOST, REQUIRED, ApiField

_CODES = {"channel": [code.value for code in Channel], "kind": [code.value for code in Kind]}
_MOMENTS = {"received_at", "registered_at", "deadline_at"}


def _property(name: str, known: ApiField) -> Schema:
    if known.kind == "author":
        return _object(AUTHOR, (), known.words)
    if known.kind == "number":
        return Schema(type=OpenAPIType.NUMBER, description=known.words)
    if known.kind == "texts":
        return Schema(
            type=OpenAPIType.ARRAY,
            items=Schema(type=OpenAPIType.STRING),
            description=known.words,
        )
    return Schema(
        type=OpenAPIType.STRING,
        description=known.words,
        enum=_CODES.get(name),
        format=OpenAPIFormat.DATE_TIME if name in _MOMENTS else None,
    )


def _object(fields: dict[str, ApiField], required: tuple[str, ...], words: str) -> Schema:
    return Schema(
        type=OpenAPIType.OBJECT,
        description=words,
        properties={name: _property(name, known) for name, known in fields.items()},
        required=list(required) or None,
        additional_properties=False,
    )


def _body() -> RequestBody:
    one = _object(FIELDS, REQUIRED, "Одно сообщение.")
    many = Schema(type=OpenAPIType.ARRAY, items=one, min_items=1, max_items=MOST)
    return RequestBody(
        content={"application/json": OpenAPIMediaType(schema=Schema(one_of=[one, many]))},
        description=f"Одно сообщение или список, до {MOST}.",
        required=True,
    )


def _key() -> Parameter:
    return Parameter(
        name="Idempotency-Key",
        param_in="header",
        description="Ваш ключ отправки, если у сообщения нет external_id: повтор с тем же ключом "
        "не создаст второго.",
        schema=Schema(type=OpenAPIType.STRING, max_length=255),
    )


@dataclass
class ReceiveOperation(Operation):
    def __post_init__(self) -> None:
        self.request_body = _body()
        self.parameters = [_key()]
