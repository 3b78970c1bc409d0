"""Whole page or fragment: one helper, so that no handler decides it by itself."""

from dataclasses import dataclass
from typing import Any, Literal

from litestar import Request
from litestar.response import Template

from app.errors import OtklikError
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import viewer_of
from app.web.csrf import HEADER, form_token
from app.web.htmx import CONFIG_JSON, wants_fragment
from app.web.navigation import Sections, offered_to
from app.web.preferences import Preferences, read_preferences

BannerKind = Literal["danger", "warning", "info"]


@dataclass(frozen=True)
class Banner:
    """A line over the page: something is wrong with the site, not with what the person did."""

    text: str
    kind: BannerKind = "danger"


@dataclass(frozen=True)
class Shell:
    """What `base.html` needs, the same for every page."""

    path: str
    preferences: Preferences
    csrf_header: str
    csrf_token: str
    banner: Banner | None
    viewer: Viewer | None
    navigation: Sections
    idle_seconds: int
    """After which the page covers itself and asks for the password."""
    oidc: str
    """For «Войти через …»; empty where there is no such sign-in."""
    htmx_config: str = CONFIG_JSON


def shell(request: Request[Any, Any, Any], banner: Banner | None = None) -> Shell:
    viewer = viewer_of(request)
    settings: Settings = request.app.state.settings
    return Shell(
        path=request.url.path,
        preferences=read_preferences(request.cookies),
        csrf_header=HEADER,
        csrf_token=form_token(request),
        banner=banner,
        viewer=viewer,
        navigation=offered_to(viewer),
        idle_seconds=round(settings.session_idle_minutes * 60),
        oidc=settings.oidc_name,
    )


def page(
    request: Request[Any, Any, Any],
    template: str,
    *,
    fragment: str | None = None,
    context: dict[str, Any] | None = None,
    banner: Banner | None = None,
    status: int = 200,
    headers: dict[str, str] | None = None,
) -> Template:
    """`fragment` for an htmx request (when there is one), else the whole `template`.

    Both see the same `context`, plus `shell` and `request`. The answer always varies by
    `HX-Request`, or the browser would show a cached fragment as a page after Back.
    """
    part = fragment is not None and wants_fragment(request)
    return Template(
        template_name=fragment if part else template,
        context={**(context or {}), "shell": shell(request, banner)},
        status_code=status,
        headers={**(headers or {}), "Vary": "HX-Request"},
        media_type="text/html",
    )


def still_asking(
    request: Request[Any, Any, Any], error: OtklikError, part: str, kept: str
) -> Template:
    """For a part of a page that asks again and again: it must outlive an engine that is away.

    Raises `error` where the whole page was asked for. `part` is the element's id, `kept` the
    beginning of a sentence about what is not lost.
    """
    if not wants_fragment(request):
        raise error
    query = request.url.query
    address = f"{request.url.path}?{query}" if query else request.url.path
    return page(
        request, "errors/_away.html", context={"part": part, "kept": kept, "address": address}
    )
