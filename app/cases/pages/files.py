"""Files of a case: taken in by a form and handed out as a download, never shown in place."""

from typing import Any, BinaryIO, cast

from litestar import Response, Router, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.params import FromPath
from litestar.response import File, Redirect, Template

from app.cases.attachments.service import Upload, attach, attached
from app.cases.doing import Outcome
from app.cases.pages.desk import (
    SHOWN_ERRORS,
    AnyRequest,
    CaseDesk,
    done,
    open_desk,
    people_named,
    read_key,
    refused,
)
from app.cases.pages.forms import Attempt
from app.cases.service import open_case
from app.errors import BadInputError, TooLargeError
from app.http_errors import answer_error
from app.jobs import ring
from app.permissions import Permission
from app.settings import Settings
from app.web.access import needs

_FORM_OVERHEAD = 64 * 1024
_HEADERS = {
    "content-security-policy": "default-src 'none'; sandbox",
    "x-content-type-options": "nosniff",
    "cache-control": "private, no-store",
}


async def upload(
    request: AnyRequest, desk: NamedDependency[CaseDesk], case_name: FromPath[str]
) -> Response[Any] | Redirect | Template:
    """«Приложить файл»."""
    case = await open_case(desk.engine, desk.viewer, case_name)
    form = dict((await request.form()).multi_items())
    try:
        outcome = await attached_by(desk, case.id, form)
    except SHOWN_ERRORS as error:
        return await refused(request, desk, case.id, Attempt("attach", {}, error))
    return await done(request, desk, outcome.case, "attach")


async def attached_by(desk: CaseDesk, case_id: str, form: dict[str, Any]) -> Outcome:
    """What a form or a program sent as `file`, checked and put to the case; `key` as of actions."""
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise BadInputError("Выберите файл.", field="file")
    try:
        taken = Upload(cast("BinaryIO", file.file), file.filename)
        key = read_key(form)
        async with people_named(desk):
            outcome = await attach(desk.engine, desk.settings, desk.viewer, case_id, taken, key)
    finally:
        await file.close()
    await ring(desk.settings, "project_audit", case_id)
    return outcome


@get("/{case_name:str}/files/{file_id:str}")
async def download(
    desk: NamedDependency[CaseDesk], case_name: FromPath[str], file_id: FromPath[str]
) -> File:
    """Only to those who see the case; the browser saves it and runs nothing of it."""
    case = await open_case(desk.engine, desk.viewer, case_name)
    one, path = attached(desk.settings, case, file_id)
    return File(
        path,
        filename=one.name,
        media_type=one.media_type,
        content_disposition_type="attachment",
        headers=_HEADERS,
    )


def upload_limit(settings: Settings) -> dict[str, Any]:
    """Arguments of a route that takes one file: how much it reads, and what it says of more."""
    most = settings.attachment_max_mb

    def refuse(request: AnyRequest, _: Exception) -> Response[Any] | Template:
        return answer_error(request, TooLargeError(f"Файл больше {most} МБ.", field="file"))

    return {
        "request_max_body_size": (most << 20) + _FORM_OVERHEAD,
        "exception_handlers": {RequestEntityTooLarge: refuse},
    }


def case_files_router(settings: Settings) -> Router:
    """Made anew for each application: the limit of a route's body is fixed when it is made."""
    uploading = post("/{case_name:str}/files", status_code=200, **upload_limit(settings))(upload)
    return Router(
        path="/cases",
        route_handlers=[uploading, download],
        dependencies={"desk": Provide(open_desk)},
        opt=needs(Permission.CASE_VIEW),
    )
