"""Page «Ручной ввод»: phone, oral, paper and other messages that people type in."""

from typing import Any
from urllib.parse import quote

from litestar import Controller, Response, get, post
from litestar.di import NamedDependency, Provide
from litestar.response import Redirect, Template
from ulid import ULID

from app.errors import EngineSetupError, EngineUnavailableError
from app.intake.entry import ReusedKeyError, Taken
from app.intake.manual.contexts import Said
from app.intake.manual.forms import EntryForm, is_key, read_form
from app.intake.manual.pages import (
    AnyRequest,
    Counter,
    blank_form,
    form_page,
    look_beside,
    open_counter,
    unfinished,
)
from app.intake.manual.service import Refused, save
from app.intake.manual.suggesting import used_in
from app.intake.manual.warnings import warnings_of
from app.jobs import ring
from app.permissions import Permission
from app.web.access import needs
from app.web.htmx import go
from app.web.render import page

Answer = Response[Any] | Redirect | Template
_CHANGED = (
    "{message} Введённое здесь отличается от него. Если это другое сообщение, нажмите «Сохранить» "
    "ещё раз: оно будет внесено отдельно."
)


class ManualEntryController(Controller):
    path = "/cases/new"
    opt = needs(Permission.CASE_REGISTER)
    dependencies = {"counter": Provide(open_counter)}  # noqa: RUF012 - as Litestar declares it

    @get("/")
    async def show(self, request: AnyRequest, counter: NamedDependency[Counter]) -> Answer:
        """The key stands in the address, so that «Назад» brings the same form, not another one."""
        key = request.query_params.get("key", "")
        if not is_key(key):
            return Redirect(f"/cases/new?key={ULID()}", status_code=303)
        kept = {draft.key: draft.form for draft in await unfinished(counter)}
        form = kept.get(key) or await blank_form(counter, key)
        return await form_page(request, counter, key, form)

    @post("/", status_code=303)
    async def save(self, request: AnyRequest, counter: NamedDependency[Counter]) -> Answer:
        """Whatever is wrong, the form comes back as it was typed."""
        given = await request.form()
        form, key = read_form(given), _key(given.get("key"))
        if use := str(given.get("use", "")):
            return await form_page(request, counter, key, used_in(form, use), keep=True)
        if given.get("check"):
            return await form_page(request, counter, key, form, keep=True)
        return await _save(request, counter, key, form)

    @post("/check", status_code=200)
    async def check(self, request: AnyRequest, counter: NamedDependency[Counter]) -> Template:
        """Asked by htmx while one types."""
        given = await request.form()
        form, key = read_form(given), _key(given.get("key"))
        beside = await look_beside(counter, key, form, keep=True)
        return page(request, "intake/manual/_beside.html", context={"beside": beside})


def _key(given: object) -> str:
    """A form whose key was spoilt still must not be lost."""
    return given if isinstance(given, str) and is_key(given) else str(ULID())


async def _save(request: AnyRequest, counter: Counter, key: str, form: EntryForm) -> Answer:
    try:
        outcome = await save(counter.engine, counter.settings, counter.viewer, key, form)
    except (EngineUnavailableError, EngineSetupError) as error:
        said = Said(trouble=error.message, status=error.status)
        return await form_page(request, counter, key, form, said=said, keep=True)
    if isinstance(outcome, Refused):
        return await _again(request, counter, key, form, outcome)
    if outcome.created:
        await ring(counter.settings, "enrich_cases")
    await counter.drafts.drop(key)
    return go(request, _address(outcome, form))


def _address(outcome: Taken, form: EntryForm) -> str:
    told = ".".join(["saved" if outcome.created else "before", *warnings_of(form)])
    return f"/cases/{quote(outcome.case.id)}?entered={told}"


async def _again(
    request: AnyRequest, counter: Counter, key: str, form: EntryForm, refused: Refused
) -> Template:
    trouble = refused.trouble
    if isinstance(trouble, ReusedKeyError):
        key = str(ULID())
        said = Said(trouble=_CHANGED.format(message=trouble.message), status=trouble.status)
    elif trouble is not None:
        said = Said(trouble=trouble.message, status=trouble.status)
    else:
        said = Said(errors=refused.errors, status=400)
    return await form_page(request, counter, key, form, said=said, keep=True)
