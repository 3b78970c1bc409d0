"""Rules of a desk: own lists under names, and when a visit begins. Pure functions."""

import secrets
from datetime import datetime, timedelta

from msgspec.structs import replace

from app.errors import BadInputError, NotFoundError
from app.work.models import Desk, View

MOST_VIEWS = 30
LONGEST_NAME = 60
VISIT_GAP = timedelta(minutes=30)
"""Whoever was away for longer comes back to a new visit."""
_NOTED_EACH = timedelta(minutes=5)
"""A visit that goes on is written down this often, not with every page."""


def visited(desk: Desk, now: datetime) -> Desk:
    """The desk after a look at `now`; the same desk where nothing is to be written."""
    if desk.seen_at is None:
        return replace(desk, seen_at=now, before_at=now)
    away = now - desk.seen_at
    if away > VISIT_GAP:
        return replace(desk, seen_at=now, before_at=desk.seen_at)
    return replace(desk, seen_at=now) if away > _NOTED_EACH else desk


def with_view(desk: Desk, name: str, pairs: list[tuple[str, str]]) -> Desk:
    """Raises `BadInputError` for a name that is empty, too long or taken, and past 30 views."""
    if len(desk.views) >= MOST_VIEWS:
        raise BadInputError(
            f"Своих списков может быть {MOST_VIEWS}: удалите ненужный.", field="name"
        )
    view = View(secrets.token_hex(4), _free_name(desk, name), pairs)
    return replace(desk, views=[*desk.views, view])


def renamed(desk: Desk, slug: str, name: str) -> Desk:
    """Raises `BadInputError` as `with_view`, `NotFoundError` for a view that is gone."""
    view = view_of(desk, slug)
    new = _free_name(desk, name, besides=slug)
    return _with(desk, [replace(view, name=new) if one is view else one for one in desk.views])


def without(desk: Desk, slug: str) -> Desk:
    """A view that is gone already stays gone: asking twice is no error."""
    default = None if desk.default == slug else desk.default
    left = [one for one in desk.views if one.slug != slug]
    return replace(desk, views=left, default=default)


def moved(desk: Desk, slug: str, step: int) -> Desk:
    """One place up (-1) or down (1); at the end it stays where it is."""
    view = view_of(desk, slug)
    place = desk.views.index(view)
    to = min(max(place + step, 0), len(desk.views) - 1)
    others = [one for one in desk.views if one is not view]
    return _with(desk, [*others[:to], view, *others[to:]])


def with_default(desk: Desk, slug: str | None) -> Desk:
    """None: the queue «Мои» opens first again."""
    return replace(desk, default=view_of(desk, slug).slug if slug else None)


def view_of(desk: Desk, slug: str) -> View:
    for view in desk.views:
        if view.slug == slug:
            return view
    raise NotFoundError("Этого списка уже нет: его удалили в другом окне.")


def _with(desk: Desk, views: list[View]) -> Desk:
    return replace(desk, views=views)


def _free_name(desk: Desk, name: str, besides: str = "") -> str:
    chosen = " ".join(name.split())
    if not chosen or len(chosen) > LONGEST_NAME:
        raise BadInputError(f"Назовите список: от одного до {LONGEST_NAME} знаков.", field="name")
    taken = {one.name.casefold() for one in desk.views if one.slug != besides}
    if chosen.casefold() in taken:
        raise BadInputError("Список с таким именем у вас уже есть: назовите иначе.", field="name")
    return chosen
