"""Files of a case for programs: the checks, the limit and the rules of the page."""

from dataclasses import dataclass, field
from typing import Any

from litestar import Router, delete, post
from litestar.di import NamedDependency, Provide
from litestar.openapi.spec import OpenAPIMediaType, Operation, RequestBody, Schema
from litestar.openapi.spec.enums import OpenAPIFormat, OpenAPIType
from litestar.params import FromPath

from app.cases.contexts import CaseView
from app.cases.pages.desk import AnyRequest, CaseDesk, do, for_program, open_desk
from app.cases.pages.files import attached_by, upload_limit
from app.cases.service import open_case
from app.errors import BadInputError
from app.permissions import Permission
from app.settings import Settings
from app.web.access import needs

_MULTIPART = "multipart/form-data"


def _body() -> RequestBody:
    octets = Schema(type=OpenAPIType.STRING, format=OpenAPIFormat.BINARY, description="Файл.")
    key = Schema(type=OpenAPIType.STRING, description="С тем же ключом файл не приложится дважды.")
    whole = Schema(
        type=OpenAPIType.OBJECT, properties={"file": octets, "key": key}, required=["file"]
    )
    return RequestBody(content={_MULTIPART: OpenAPIMediaType(schema=whole)}, required=True)


@dataclass
class AttachOperation(Operation):
    """The form is read by hand, as the page's is, so it is described here."""

    request_body: Any = field(default_factory=_body)

    def __post_init__(self) -> None:
        self.request_body = _body()


async def attach_file(
    request: AnyRequest, desk: NamedDependency[CaseDesk], case_name: FromPath[str]
) -> CaseView:
    """Прикладывает файл: форма `multipart/form-data` с полем `file` и, если нужно, `key`.

    Проверки те же, что на странице: размер, вид файла по его содержимому, права и состояние
    обращения. Ответ — обращение, как его видно; новый файл стоит в `attachments` последним.
    """
    if request.content_type[0] != _MULTIPART:
        raise BadInputError("Файл отправляют формой multipart/form-data.", field="file")
    case = await open_case(desk.engine, desk.viewer, case_name)
    form = dict((await request.form()).multi_items())
    outcome = await attached_by(desk, case.id, form)
    return await for_program(desk, outcome.case)


@delete(
    "/{case_name:str}/attachments/{file_id:str}",
    summary="Убрать файл",
    status_code=200,
)
async def detach_file(
    desk: NamedDependency[CaseDesk], case_name: FromPath[str], file_id: FromPath[str]
) -> CaseView:
    """Убирает файл из обращения. Ответ — обращение без него; в истории остаётся, кто и когда."""
    case = await open_case(desk.engine, desk.viewer, case_name)
    outcome = await do(desk, case.id, "detach", {"file": file_id})
    return await for_program(desk, outcome.case)


def case_files_api(settings: Settings) -> Router:
    """Made anew for each application, as `case_files_router`."""
    attaching = post(
        "/{case_name:str}/attachments",
        summary="Приложить файл",
        operation_class=AttachOperation,
        **upload_limit(settings),
    )(attach_file)
    return Router(
        path="/api/v1/cases",
        route_handlers=[attaching, detach_file],
        dependencies={"desk": Provide(open_desk)},
        opt=needs(Permission.CASE_VIEW),
        include_in_schema=True,
        tags=["Обращения"],
    )
