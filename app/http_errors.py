"""Every error as JSON, a page or a fragment: what happened, what was kept, what to do."""

from dataclasses import dataclass
from typing import Any

import structlog
from litestar import MediaType, Request, Response
from litestar.background_tasks import BackgroundTask
from litestar.exceptions import (
    HTTPException,
    InternalServerException,
    MethodNotAllowedException,
    NotAuthorizedException,
    NotFoundException,
    PermissionDeniedException,
    TooManyRequestsException,
    ValidationException,
)
from litestar.exceptions.http_exceptions import RequestEntityTooLarge
from litestar.types import ExceptionHandlersMap

from app.accounts.pages import answer_refusal
from app.audit.refusals import Refusals, is_told, refusal_of
from app.errors import BadTokenError, OtklikError, TooManyRequestsError
from app.web.htmx import wants_fragment
from app.web.render import Banner, page

log = structlog.get_logger("otklik.web")

_SERVER_ERROR = 500
_UNAVAILABLE = 503
_SAFE = frozenset({"GET", "HEAD"})


@dataclass(frozen=True)
class Trouble:
    """An error as people and programs see it; never holds anything of the exception's insides."""

    status: int
    code: str
    message: str
    advice: str
    field: str | None = None


_ADVICE_BY_STATUS = {
    400: "Исправьте и отправьте ещё раз.",
    403: "Если это нужно для работы, попросите право у администратора.",
    404: "Проверьте адрес или начните с поиска.",
    409: "Откройте страницу заново, чтобы увидеть изменения.",
    413: "Разделите файл на части или спросите администратора о предельном размере.",
    421: "",
    503: "Повторите через минуту. Если не поможет, покажите администратору номер запроса.",
}
_ADVICE = "Повторите. Если не поможет, покажите администратору номер запроса."
_STALE_FORM = Trouble(
    403,
    "stale_form",
    "Форма не отправлена: страница открыта слишком давно или браузер не сохраняет файлы cookie.",
    "Обновите страницу и отправьте форму ещё раз.",
)
_FORBIDDEN = Trouble(403, "forbidden", "На это действие нет прав.", "")
_GONE = Trouble(400, "client_gone", "Запрос прерван: отправлено не всё.", "")
"""A page that was left while it was sending; nobody reads this answer and nothing is broken."""
_LEFT = "client disconnected prematurely"
_INTERNAL = Trouble(500, "internal", "В Отклике произошла ошибка.", _ADVICE)

_BY_TYPE: tuple[tuple[type[Exception], str, str], ...] = (
    (NotFoundException, "not_found", "Такой страницы нет."),
    (MethodNotAllowedException, "method_not_allowed", "По этому адресу так обращаться нельзя."),
    (RequestEntityTooLarge, "too_large", "Отправлено больше, чем здесь принимается."),
    (NotAuthorizedException, "not_authorized", "Нужно войти."),
    (TooManyRequestsException, "too_many_requests", "Слишком много запросов подряд."),
)


def trouble_of(error: Exception) -> Trouble:
    """What may be told about `error`; whatever is not known is «internal»."""
    if isinstance(error, OtklikError):
        advice = _ADVICE_BY_STATUS.get(error.status, _ADVICE)
        return Trouble(error.status, error.code, error.message, advice, error.field)
    if isinstance(error, ValidationException):
        return _invalid(error)
    if isinstance(error, HTTPException):
        return _refused(error)
    return _INTERNAL


def _refused(error: HTTPException) -> Trouble:
    """Litestar's own refusals, in our words."""
    if isinstance(error, InternalServerException) and error.detail == _LEFT:
        return _GONE
    if isinstance(error, PermissionDeniedException):
        stale = "CSRF" in error.detail
        return _STALE_FORM if stale else _FORBIDDEN
    for kind, code, message in _BY_TYPE:
        if isinstance(error, kind):
            advice = _ADVICE_BY_STATUS.get(error.status_code, _ADVICE)
            return Trouble(error.status_code, code, message, advice)
    if error.status_code < _SERVER_ERROR:
        return Trouble(error.status_code, "bad_request", "Запрос не разобран.", _ADVICE)
    return _INTERNAL


def _invalid(error: ValidationException) -> Trouble:
    """Litestar names the input; its English explanation is for developers and stays out."""
    extra = error.extra if isinstance(error.extra, list) else []
    keys = [item["key"] for item in extra if isinstance(item, dict) and item.get("key")]
    advice = _ADVICE_BY_STATUS[400]
    if not keys:
        return Trouble(400, "bad_input", "Отправленное не разобрано.", advice)
    names = ", ".join(f"«{key}»" for key in keys)
    word = "Поле заполнено" if len(keys) == 1 else "Поля заполнены"
    return Trouble(400, "bad_input", f"{word} не так, как нужно: {names}.", advice, keys[0])


def _kept(request: Request[Any, Any, Any], trouble: Trouble) -> str:
    """Said only where a person may wonder: after sending something, or when we broke."""
    if request.method in _SAFE:
        return "Ничего не изменилось." if trouble.status >= _SERVER_ERROR else ""
    if trouble.status < _SERVER_ERROR:
        return "Ничего не сохранено и не изменено."
    return "Введённое осталось в форме: вернитесь назад и проверьте, сохранилось ли оно."


def wants_json(request: Request[Any, Any, Any]) -> bool:
    """Programs get JSON: under `/api/` and `/health/` always, elsewhere when they ask for it."""
    if request.url.path.startswith(("/api/", "/health/")):
        return True
    accept = request.headers.get("accept", "")
    return "application/json" in accept and "text/html" not in accept


def _json(trouble: Trouble, number: str) -> Response[Any]:
    body: dict[str, str] = {"code": trouble.code, "message": trouble.message}
    if trouble.field:
        body["field"] = trouble.field
    body["request_id"] = number
    return Response({"error": body}, status_code=trouble.status, media_type=MediaType.JSON)


def _headers(error: Exception) -> dict[str, str]:
    """What the protocol owes: `Allow` with 405, a moment to come again with 503."""
    headers = dict(error.headers or {}) if isinstance(error, HTTPException) else {}
    if getattr(error, "status", None) == _UNAVAILABLE:
        headers["Retry-After"] = "30"
    if isinstance(error, TooManyRequestsError):
        headers["Retry-After"] = str(error.retry_after)
    if isinstance(error, BadTokenError):
        headers["WWW-Authenticate"] = 'Bearer error="invalid_token"'
    return headers


def answer_error(request: Request[Any, Any, Any], error: Exception) -> Response[Any]:
    """The one exception handler of the application."""
    trouble = trouble_of(error)
    if isinstance(error, OtklikError):
        log.info("request_refused", code=trouble.code, status=trouble.status)
    elif trouble.status >= _SERVER_ERROR:
        log.error("request_failed", code=trouble.code, exc_info=error)
    response = _answer(request, error, trouble)
    refusals: Refusals | None = getattr(request.app.state, "refusals", None)
    if refusals and is_told(trouble.status, request, error):
        response.background = BackgroundTask(refusals.note, refusal_of(request, trouble.code))
    return response


def _answer(request: Request[Any, Any, Any], error: Exception, trouble: Trouble) -> Response[Any]:
    number = str(request.scope["state"].get("request_id", ""))
    if wants_json(request):
        response = _json(trouble, number)
        response.headers.update(_headers(error))
        return response
    if isinstance(error, OtklikError) and (asked := answer_refusal(request, error)):
        return asked
    context = {"trouble": trouble, "kept": _kept(request, trouble), "request_number": number}
    down = trouble.status == _UNAVAILABLE and not wants_fragment(request)
    return page(
        request,
        "errors/error.html",
        fragment="errors/_error.html",
        context=context,
        banner=Banner(trouble.message) if down else None,
        status=trouble.status,
        headers=_headers(error),
    )


EXCEPTION_HANDLERS: ExceptionHandlersMap = {
    HTTPException: answer_error,
    InternalServerException: answer_error,
    OtklikError: answer_error,
    Exception: answer_error,
}
