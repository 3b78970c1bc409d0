"""A page with every macro, served only by tests."""

from pathlib import Path
from typing import Any

from jinja2 import ChoiceLoader, FileSystemLoader
from litestar import Litestar, Request, Router, get
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.response import Template

from app.cases.codes import STATE_NAMES
from app.main import create_app
from app.settings import Settings
from app.viewer import LOCAL_VIEWER
from app.web.access import SIGNED_IN
from app.web.markup import HIGHLIGHT_END, HIGHLIGHT_START
from app.web.render import page

DEADLINES = [
    ("overdue", "просрочено на 2 дня"),
    ("today", "сегодня до 18:00"),
    ("soon", "осталось 2 дня"),
    ("later", "до 30.11.2026"),
    ("done", "дан в срок"),
    ("none", "срока нет"),
]
FACET = [
    {"label": "ВКонтакте", "count": 12345, "selected": True, "url": "/search?channel=ok"},
    {
        "label": "Портал обратной связи",
        "count": 67,
        "selected": False,
        "url": "/search?channel=pos",
    },
]


@get("/gallery")
async def gallery(request: Request[Any, Any, Any]) -> Template:
    context = {
        "states": list(STATE_NAMES.items()),
        "deadlines": DEADLINES,
        "facet_items": FACET,
        "mark_start": HIGHLIGHT_START,
        "mark_end": HIGHLIGHT_END,
    }
    return page(request, "gallery.html", context=context)


def gallery_app(settings: Settings, *more: Any) -> Litestar:
    probes = Router("/", route_handlers=[gallery, *more], opt=SIGNED_IN)
    app = create_app(settings, more=[probes], signed_in_as=LOCAL_VIEWER)
    engine = app.template_engine
    assert isinstance(engine, JinjaTemplateEngine)
    assert engine.engine.loader is not None
    engine.engine.loader = ChoiceLoader(
        [engine.engine.loader, FileSystemLoader(Path(__file__).parent)]
    )
    return app
