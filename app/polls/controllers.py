"""«Опросы»: results of votes and what is worth one. «Кому рассказать»: places, a draft, a mark."""

from datetime import UTC, datetime
from typing import Any

from litestar import Controller, Response, get, post
from litestar.datastructures import UploadFile
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.engine.client import Engine
from app.errors import BadInputError, NotFoundError, TooLargeError
from app.permissions import Permission
from app.polls import service
from app.polls.audience import audience, table_of
from app.polls.contexts import AUDIENCE, POLLS
from app.polls.forms import read_poll, read_publication
from app.polls.models import Publication
from app.polls.pages import AnyRequest, Desk, audience_page, name_of, polls_page, read_target
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.urls import url_with

Answer = Redirect | Template
_FORM_OVERHEAD = 1 << 20


async def open_desk(
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Desk:
    return Desk(engine, settings, viewer)


class PollsController(Controller):
    path = POLLS
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def show(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Template:
        return await polls_page(request, desk)

    @post("/", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def enter(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Answer:
        form = read_poll(await _raw(request))
        try:
            made = await service.enter(desk.engine, desk.viewer, form.draft(), form.problem)
        except BadInputError as error:
            return await polls_page(request, desk, form, error)
        return Redirect(f"{POLLS}#poll-{made.id}", status_code=303)

    @post(
        "/load",
        status_code=200,
        opt=needs(Permission.PROBLEM_MANAGE),
        request_max_body_size=service.LARGEST_FILE + _FORM_OVERHEAD,
    )
    async def load(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Answer:
        try:
            name, data = await _given_file(request)
            done = await service.load(desk.engine, desk.settings, desk.viewer, data, name)
        except (BadInputError, TooLargeError) as error:
            return await polls_page(request, desk, error=error)
        return await polls_page(request, desk, loaded=done)

    @post("/{poll:str}/attach", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def attach(
        self, request: AnyRequest, desk: NamedDependency[Desk], poll: FromPath[str]
    ) -> Answer:
        problem = str((await _raw(request)).get("problem", ""))
        await service.attach(desk.engine, desk.viewer, poll, problem)
        return Redirect(f"{POLLS}#poll-{poll}", status_code=303)

    @post("/{poll:str}/detach", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def detach(
        self, request: AnyRequest, desk: NamedDependency[Desk], poll: FromPath[str]
    ) -> Answer:
        problem = str((await _raw(request)).get("problem", ""))
        await service.detach(desk.engine, desk.viewer, poll, problem)
        return Redirect(f"{POLLS}#poll-{poll}", status_code=303)

    @post("/{poll:str}/remove", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def remove(self, desk: NamedDependency[Desk], poll: FromPath[str]) -> Answer:
        await service.set_removed(desk.engine, desk.viewer, poll, removed=True)
        return Redirect(url_with(POLLS, [], removed=poll), status_code=303)

    @post("/{poll:str}/restore", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def restore(self, desk: NamedDependency[Desk], poll: FromPath[str]) -> Answer:
        await service.set_removed(desk.engine, desk.viewer, poll, removed=False)
        return Redirect(f"{POLLS}#poll-{poll}", status_code=303)


class AudienceController(Controller):
    path = AUDIENCE
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012

    @get()
    async def show(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Template:
        return await audience_page(request, desk, read_target(request.query_params))

    @post("/published", status_code=303, opt=needs(Permission.PROBLEM_MANAGE))
    async def publish(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Answer:
        raw = await _raw(request)
        target = read_target(raw)
        if target is None:
            raise BadInputError("Выберите тему или проблему.", field="theme")
        await name_of(desk, target)
        try:
            form = read_publication(raw)
        except BadInputError as error:
            return await audience_page(request, desk, target, error, raw)
        wanted = Publication(
            id=service.new_id(),
            theme=target.theme,
            problem=target.problem,
            on=form.on,
            where=form.where,
            text=form.text,
            created_at=datetime.now(UTC),
            created_by=desk.viewer.name,
        )
        await service.publish(desk.engine, desk.viewer, wanted)
        return _back(raw)

    @post(
        "/published/{publication:str}/remove",
        status_code=303,
        opt=needs(Permission.PROBLEM_MANAGE),
    )
    async def unpublish(
        self, request: AnyRequest, desk: NamedDependency[Desk], publication: FromPath[str]
    ) -> Answer:
        await service.unpublish(desk.engine, desk.viewer, publication)
        return _back(await _raw(request))


class AudienceTableController(Controller):
    path = f"{AUDIENCE}.csv"
    opt = needs(Permission.PROBLEM_VIEW)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012

    @get()
    async def table(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Response[bytes]:
        target = read_target(request.query_params)
        if target is None:
            raise NotFoundError("Выберите тему или проблему.")
        await name_of(desk, target)
        found = await audience(desk.engine, desk.viewer, target, datetime.now(UTC))
        headers = {"content-disposition": 'attachment; filename="audience.csv"'}
        return Response(table_of(found), media_type="text/csv", headers=headers)


def _back(raw: dict[str, Any]) -> Redirect:
    kept = {name: str(raw.get(name) or "") for name in ("theme", "problem", "days")}
    return Redirect(url_with(AUDIENCE, kept.items()), status_code=303)


async def _raw(request: AnyRequest) -> dict[str, Any]:
    return dict((await request.form()).multi_items())


async def _given_file(request: AnyRequest) -> tuple[str, bytes]:
    """Raises `BadInputError` where there is none."""
    file = (await request.form()).get("file")
    if not isinstance(file, UploadFile):
        raise BadInputError("Выберите файл с таблицей.", field="file")
    try:
        return file.filename, await file.read()
    finally:
        await file.close()
