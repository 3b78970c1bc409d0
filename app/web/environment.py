"""The Jinja environment: escaping on, unknown names are errors, filters for Russian."""

from collections.abc import Callable
from datetime import date, datetime
from functools import partial
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from litestar.plugins.jinja import JinjaTemplateEngine
from markupsafe import Markup

from app.settings import ROOT, Settings
from app.web import filters, markup
from app.web.assets import asset
from app.web.csrf import form_token
from app.web.urls import url_with

TEMPLATES = ROOT / "templates"


@pass_context
def _csrf_field(context: Context) -> Markup:
    return markup.csrf_input(form_token(context["request"]))


@pass_context
def _here_with(context: Context, **changes: Any) -> str:
    """The page's own address with some parameters changed."""
    request = context["request"]
    return url_with(request.url.path, request.query_params.multi_items(), **changes)


def _filters(settings: Settings) -> dict[str, Callable[..., Any]]:
    def on_date(value: date | str) -> str:
        return filters.show_date(value, settings.zone)

    def on_datetime(value: datetime | str) -> str:
        return filters.show_datetime(value, settings.zone)

    return {
        "number": filters.number,
        "long_date": filters.long_date,
        "plural": filters.plural,
        "counted": filters.counted,
        "size": filters.size,
        "date": on_date,
        "datetime": on_datetime,
        "relative": filters.relative,
        "highlighted": markup.highlighted,
    }


def template_engine(settings: Settings) -> JinjaTemplateEngine:
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        auto_reload=False,
    )
    environment.filters.update(_filters(settings))
    environment.globals.update(
        asset=asset,
        icon=markup.icon,
        csrf_field=_csrf_field,
        here_with=_here_with,
        url_with=partial(url_with),
    )
    return JinjaTemplateEngine.from_environment(environment)
