"""`POST /api/v1/similar`: what is known already of a message somebody holds in hands."""

from typing import Any

from litestar import Controller, post
from litestar.di import NamedDependency
from litestar.params import JSONBody

from app.duplicates.asking import SimilarFound, ask, read_asked
from app.duplicates.openapi import SimilarOperation
from app.engine.client import Engine
from app.permissions import Permission
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import needs


class SimilarApiController(Controller):
    path = "/api/v1/similar"
    opt = needs(Permission.CASE_VIEW)
    include_in_schema = True
    tags = ["Поиск"]  # noqa: RUF012 - as Litestar declares it

    @post(
        "/",
        summary="Похожие обращения, дубли и прошлые ответы",
        operation_class=SimilarOperation,
        status_code=200,
    )
    async def find(
        self,
        engine: NamedDependency[Engine],
        settings: NamedDependency[Settings],
        viewer: NamedDependency[Viewer],
        data: JSONBody[Any],
    ) -> SimilarFound:
        """По тексту и месту находит обращения, которые видит владелец токена.

        `kind` в `duplicates`: `exact` — тот же текст, `edited` — с правкой, `quote` — цитата,
        `same_place` — то же место и тема, раннее не закрыто, `cites` — назван номер. В `similar`:
        `template_copy` — тот же текст о другом месте (не дубль), `recurrence` — повторилось после
        закрытия, либо пусто. `why` — причины словами. Ничего не записывается.
        """
        return await ask(engine, viewer, read_asked(data, settings.zone))
