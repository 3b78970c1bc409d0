"""Page «Состояние» and the addresses a balancer and Prometheus ask."""

from datetime import UTC, datetime
from typing import Any

import msgspec
from litestar import Controller, MediaType, Request, Response, get
from litestar.datastructures import State
from litestar.di import NamedDependency
from litestar.response import Template
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest

from app.deadlines.alarm import calendar_alarms
from app.deadlines.current import current_deadlines
from app.engine.client import Engine
from app.permissions import Permission
from app.system.contexts import (
    INDEX_TITLES,
    meaning_facts,
    meaning_figures,
    rebuild_view,
)
from app.system.service import reading, system_state
from app.web.access import PUBLIC, needs
from app.web.render import Banner, page

_DOWN = Banner("Не всё в порядке: часть возможностей сейчас не работает.")


class SystemController(Controller):
    @get("/system", opt=needs(Permission.SYSTEM_VIEW))
    async def show(
        self, request: Request[Any, Any, Any], engine: NamedDependency[Engine], state: State
    ) -> Template:
        """Answers 200 also when something is down: the page itself is well."""
        found = await system_state(engine, state.redis, state.settings)
        return page(
            request,
            "system/page.html",
            fragment="system/_state.html",
            context={
                "found": found,
                "titles": INDEX_TITLES,
                "rebuild": rebuild_view(found.rebuild, state.settings.zone),
                "alarms": calendar_alarms(
                    await current_deadlines(engine), datetime.now(UTC).date()
                ),
                "mail_on": state.settings.mail_on,
                "meaning": meaning_facts(found.meaning) if found.meaning else [],
            },
            banner=None if found.ready else _DOWN,
        )

    @get("/health/live", opt=PUBLIC, media_type=MediaType.JSON)
    async def live(self) -> dict[str, str]:
        return {"status": "ok"}

    @get("/health/ready", opt=PUBLIC, media_type=MediaType.JSON)
    async def ready(
        self, engine: NamedDependency[Engine], state: State
    ) -> Response[dict[str, Any]]:
        """503 until Elasticsearch, its indexes and Redis are all in order."""
        found = await system_state(engine, state.redis, state.settings)
        checks = {check.name: check.code for check in found.checks}
        body = {
            "status": "ready" if found.ready else "not_ready",
            "checks": checks,
            "indexes": [
                {**msgspec.to_builtins(index), "code": index.code} for index in found.indexes
            ],
        }
        return Response(body, status_code=200 if found.ready else 503)

    @get("/metrics", opt=PUBLIC)
    async def metrics(self, engine: NamedDependency[Engine], state: State) -> Response[bytes]:
        found = await reading(engine, state.redis, state.settings)
        for check in found.checks:
            state.metrics.up.labels(check.name).set(int(check.ok))
        state.metrics.journal_is_behind(found.cases_due, found.lines_waiting)
        mail_on = state.settings.mail_on
        state.metrics.work_is_late(found.reminders, found.letters if mail_on else 0)
        state.metrics.meaning_is_known(*meaning_figures(found.meaning))
        return Response(generate_latest(state.metrics.registry), media_type=CONTENT_TYPE_LATEST)
