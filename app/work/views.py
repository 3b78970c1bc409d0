"""What the page of own lists shows."""

from dataclasses import dataclass
from typing import Any

from app.cases.directory import Directory
from app.work.contexts import told_view, view_params
from app.work.desk import LONGEST_NAME, MOST_VIEWS
from app.work.forms import ViewForm
from app.work.models import Desk


@dataclass(frozen=True)
class OwnList:
    slug: str
    name: str
    """As it is, or as it was typed where it could not be taken."""
    told: str
    url: str
    default: bool
    error: str


def views_context(
    desk: Desk,
    directory: Directory,
    *,
    removed: ViewForm | None = None,
    form: ViewForm | None = None,
    error: str = "",
) -> dict[str, Any]:
    """`form` is one that was refused with `error`; `removed` may be brought back."""
    saving = form is not None and not form.slug
    return {
        "lists": [_own(desk, one.slug, directory, form, error) for one in desk.views],
        "has_default": desk.default is not None,
        "most": MOST_VIEWS,
        "longest": LONGEST_NAME,
        "removed": removed if removed and removed.name else None,
        "saving": form if saving else None,
        "error": error,
    }


def _own(desk: Desk, slug: str, directory: Directory, form: ViewForm | None, error: str) -> OwnList:
    view = next(one for one in desk.views if one.slug == slug)
    refused = form is not None and form.slug == slug
    return OwnList(
        slug=slug,
        name=form.name if form and refused else view.name,
        told=told_view(view, directory),
        url=view_params(view).address,
        default=desk.default == slug,
        error=error if refused else "",
    )
