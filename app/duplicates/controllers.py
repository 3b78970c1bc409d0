"""«Проверка дублей», the panel beside a case, its group, and the figures of suggestions."""

from typing import Any

from litestar import Controller, get, post
from litestar.di import NamedDependency, Provide
from litestar.params import FromPath
from litestar.response import Redirect, Template

from app.cases.directory import read_people
from app.cases.pages.desk import read_key
from app.duplicates import service, tuning, verdicts
from app.duplicates.contexts import NOTHING_TOLD, told_of
from app.duplicates.figures import read_figures
from app.duplicates.figures_view import figures_view
from app.duplicates.forms import read_verdict, read_whence
from app.duplicates.pages import (
    SAID_ON_THE_PAGE,
    Answer,
    AnyRequest,
    Desk,
    after,
    note_case,
    open_desk,
    panel_page,
    refused,
    review_page,
    told_here,
    told_of_case,
)
from app.duplicates.params import parse_review
from app.permissions import Permission
from app.web.access import needs
from app.web.render import page


class DuplicatesController(Controller):
    path = "/duplicates"
    opt = needs(Permission.CASE_LINK)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012 - as Litestar declares it

    @get()
    async def show(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Template:
        params = parse_review(request.query_params.multi_items())
        return await review_page(request, desk, params, await told_here(request, desk))

    @post("/pairs/{pair_id:str}/verdict", status_code=200)
    async def answer(
        self, request: AnyRequest, desk: NamedDependency[Desk], pair_id: FromPath[str]
    ) -> Answer:
        raw = await _raw(request)
        whence = read_whence(raw)
        try:
            pair = await verdicts.give(
                desk.engine, desk.viewer, pair_id, read_verdict(raw), desk.settings.zone
            )
        except SAID_ON_THE_PAGE as error:
            return await refused(request, desk, whence, error)
        await note_case(desk, pair.linked)
        return await after(request, desk, whence, told_of(pair, desk.viewer), {"done": pair.id})

    @post("/pairs/{pair_id:str}/undo", status_code=200)
    async def take_back(
        self, request: AnyRequest, desk: NamedDependency[Desk], pair_id: FromPath[str]
    ) -> Answer:
        whence = read_whence(await _raw(request))
        try:
            await verdicts.take_back(desk.engine, desk.viewer, pair_id, desk.settings.zone)
        except SAID_ON_THE_PAGE as error:
            return await refused(request, desk, whence, error)
        return await after(request, desk, whence, NOTHING_TOLD, {})

    @get("/figures")
    async def figures(self, request: AnyRequest, desk: NamedDependency[Desk]) -> Template:
        found = await read_figures(desk.engine, desk.viewer)
        learned, people = await tuning.current(desk.engine), await read_people(desk.engine)
        view = figures_view(found, learned, desk.viewer, people)
        return page(request, "duplicates/figures.html", context={"view": view})

    @post("/thresholds/reset", status_code=303, opt=needs(Permission.BOOKS_EDIT))
    async def reset(self, desk: NamedDependency[Desk]) -> Redirect:
        await tuning.reset(desk.engine, desk.viewer)
        return Redirect("/duplicates/figures", status_code=303)


class CaseDuplicatesController(Controller):
    path = "/duplicates/cases"
    opt = needs(Permission.CASE_LINK)
    dependencies = {"desk": Provide(open_desk)}  # noqa: RUF012

    @get("/{case_id:str}", opt=needs(Permission.CASE_VIEW))
    async def show(
        self, request: AnyRequest, desk: NamedDependency[Desk], case_id: FromPath[str]
    ) -> Template:
        return await panel_page(request, desk, case_id, await told_here(request, desk))

    @post("/{case_id:str}/unlink", status_code=200)
    async def unlink(
        self, request: AnyRequest, desk: NamedDependency[Desk], case_id: FromPath[str]
    ) -> Answer:
        return await _acted(request, desk, case_id, service.unlink)

    @post("/{case_id:str}/main", status_code=200)
    async def lead(
        self, request: AnyRequest, desk: NamedDependency[Desk], case_id: FromPath[str]
    ) -> Answer:
        return await _acted(request, desk, case_id, service.make_main)

    @post("/{case_id:str}/undo", status_code=200)
    async def undo(
        self, request: AnyRequest, desk: NamedDependency[Desk], case_id: FromPath[str]
    ) -> Answer:
        return await _acted(request, desk, case_id, service.undo)


async def _raw(request: AnyRequest) -> dict[str, Any]:
    return dict((await request.form()).multi_items())


async def _acted(request: AnyRequest, desk: Desk, case_id: str, act: service.Act) -> Answer:
    raw = await _raw(request)
    whence = read_whence({"panel": case_id, **raw})
    try:
        case = await act(desk.engine, desk.viewer, case_id, read_key(raw), desk.settings.zone)
    except SAID_ON_THE_PAGE as error:
        return await refused(request, desk, whence, error)
    await note_case(desk, case.id)
    told = told_of_case(case, desk.viewer)
    return await after(request, desk, whence, told, {"acted": case.id})
