"""Static files: addresses that change with the content, so browsers may keep them for a year."""

import hashlib
from functools import cache
from pathlib import Path

from litestar import Router
from litestar.datastructures import CacheControlHeader
from litestar.static_files import create_static_files_router

from app.web.access import PUBLIC

STATIC = Path(__file__).resolve().parent / "static"
_YEAR = 365 * 24 * 3600


@cache
def asset(path: str) -> str:
    """`/static/PATH?v=HASH`. Raises FileNotFoundError for a file that is not there."""
    digest = hashlib.sha256((STATIC / path).read_bytes()).hexdigest()
    return f"/static/{path}?v={digest[:12]}"


def static_router() -> Router:
    return create_static_files_router(
        path="/static",
        directories=[STATIC],
        cache_control=CacheControlHeader(max_age=_YEAR, public=True, immutable=True),
        opt={"keep_plain": False, **PUBLIC},
    )
