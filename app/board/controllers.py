"""«Проблемы»: the list."""

from asyncio import gather
from datetime import datetime
from typing import Any

from litestar import Controller, Request, get
from litestar.di import NamedDependency
from litestar.response import Template

from app.board.contexts import board_view
from app.board.params import parse_board, readable_board
from app.board.service import open_board
from app.cases.directory import read_people
from app.engine.client import Engine
from app.errors import BadInputError
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs
from app.web.render import page

AnyRequest = Request[Any, Any, Any]


class BoardController(Controller):
    path = "/problems"
    opt = needs(Permission.PROBLEM_VIEW)

    @get()
    async def show(
        self,
        request: AnyRequest,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
    ) -> Template:
        pairs = list(request.query_params.multi_items())
        try:
            params, wrong = parse_board(pairs), ""
        except BadInputError as error:
            params, wrong = readable_board(pairs), error.message
        board, people = await gather(
            open_board(engine, params, viewer, settings.zone), read_people(engine)
        )
        view = board_view(params, board, viewer, people, datetime.now(settings.zone).date())
        return page(
            request,
            "problems/board.html",
            fragment="problems/_board.html",
            context={"view": view, "wrong": wrong, "typed": dict(pairs) if wrong else {}},
            status=400 if wrong else 200,
            headers={"HX-Push-Url": params.address},  # the form also sends its empty fields
        )
