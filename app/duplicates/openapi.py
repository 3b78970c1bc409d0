"""The body of `POST /similar` as the API's description shows it; it is read by `read_asked`."""

from dataclasses import dataclass

from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType

from app.duplicates.asking import LINES, LONGEST_LINE, LONGEST_TEXT, MOST
from app.similarity.service import SIZE


def _body() -> RequestBody:
    lines = {
        name: Schema(type=OpenAPIType.STRING, description=words, max_length=LONGEST_LINE)
        for name, words in LINES.items()
    }
    moment = Schema(
        type=OpenAPIType.STRING,
        format=OpenAPIFormat.DATE_TIME,
        description="Когда поступило; без него — сейчас.",
    )
    schema = Schema(
        type=OpenAPIType.OBJECT,
        required=["text"],
        properties={
            "text": Schema(type=OpenAPIType.STRING, description="Текст.", max_length=LONGEST_TEXT),
            **lines,
            "lat": Schema(type=OpenAPIType.NUMBER, description="Широта.", minimum=-90, maximum=90),
            "lon": Schema(
                type=OpenAPIType.NUMBER, description="Долгота.", minimum=-180, maximum=180
            ),
            "received_at": moment,
            "size": Schema(
                type=OpenAPIType.INTEGER,
                description="Сколько показать в каждом списке.",
                minimum=1,
                maximum=MOST,
                default=SIZE,
            ),
        },
    )
    content = {"application/json": OpenAPIMediaType(schema=schema)}
    return RequestBody(content=content, description="Сообщение.", required=True)


@dataclass
class SimilarOperation(Operation):
    def __post_init__(self) -> None:
        self.request_body = _body()
