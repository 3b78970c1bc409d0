"""Which answer an htmx request wants, and how htmx is set up in the page."""

import json
from typing import Any

from litestar import Request, Response
from litestar.response import Redirect

CONFIG: dict[str, Any] = {
    "includeIndicatorStyles": False,  # they would be an inline style, which our CSP forbids
    "allowEval": False,
    "allowScriptTags": False,
    "selfRequestsOnly": True,
    "historyCacheSize": 0,  # pages hold people's data: nothing of them stays in the browser's store
    "refreshOnHistoryMiss": True,
    "scrollBehavior": "auto",
    "timeout": 30_000,
    "responseHandling": [
        {"code": "204", "swap": False},
        {"code": "[23]..", "swap": True},
        {"code": "[45]..", "swap": True, "error": True},  # our errors are fragments worth showing
    ],
}
CONFIG_JSON = json.dumps(CONFIG)


def wants_fragment(request: Request[Any, Any, Any]) -> bool:
    """True for a part of a page; going back in history and boosted links want the whole page."""
    headers = request.headers
    return (
        headers.get("hx-request") == "true"
        and headers.get("hx-history-restore-request") != "true"
        and headers.get("hx-boosted") != "true"
    )


def go(request: Request[Any, Any, Any], address: str) -> Response[Any] | Redirect:
    """To the next page: htmx follows a header, a plain form a redirect."""
    if wants_fragment(request):
        return Response(None, status_code=204, headers={"HX-Redirect": address})
    return Redirect(address, status_code=303)
