"""What the forms of the list and of own lists send."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from app.errors import BadInputError
from app.work.desk import moved, renamed, with_default, without
from app.work.models import Desk
from app.work.params import PAGE, WorkParams, readable_work

_CHANGES: dict[str, Callable[[Desk, "ViewForm"], Desk]] = {
    "rename": lambda desk, form: renamed(desk, form.slug, form.name),
    "delete": lambda desk, form: without(desk, form.slug),
    "up": lambda desk, form: moved(desk, form.slug, -1),
    "down": lambda desk, form: moved(desk, form.slug, 1),
    "first": lambda desk, form: with_default(desk, form.slug),
    "plain": lambda desk, _: with_default(desk, None),
}
"""By the value of the button that was pressed."""


_LONGEST_ID, _LONGEST_KEY = 512, 64


@dataclass(frozen=True)
class ViewForm:
    params: WorkParams
    name: str = ""
    slug: str = ""
    action: str = ""

    def change(self, desk: Desk) -> Desk:
        """Raises what the rules of `app.work.desk` raise."""
        rule = _CHANGES.get(self.action)
        if rule is None:
            raise BadInputError("Что сделать со списком, не понято.", field="action")
        return rule(desk, self)

    def told(self, before: Desk) -> str:
        """Where to go afterwards; with what brings a deleted list back."""
        gone = [one for one in before.views if one.slug == self.slug and self.action == "delete"]
        if not gone:
            return "/work/views"
        return f"/work/views?{urlencode([('name', gone[0].name), *gone[0].pairs])}"


def read_view_form(pairs: Iterable[tuple[str, str]], slug: str = "") -> ViewForm:
    given = list(pairs)
    last = dict(given)
    params = readable_work(given).first
    return ViewForm(params, last.get("name", ""), slug, last.get("action", ""))


ACTIONS = ("take", "assign", "set_importance", "undo")
"""What the list offers, of the actions of a case; each checks its own permission."""


@dataclass(frozen=True)
class BulkForm:
    action: str
    ids: list[str]
    raw: dict[str, str]
    """What was typed for the action, by the names of its fields."""
    key: str


def read_bulk(pairs: Iterable[tuple[str, str]]) -> BulkForm:
    """`do` is the action, with an id after it where it concerns one row alone.

    Raises `BadInputError`.
    """
    given = list(pairs)
    last = dict(given)
    action, _, row = last.get("do", "").partition(" ")
    ids = [row] if row else list(dict.fromkeys(value for name, value in given if name == "id"))
    if action not in ACTIONS:
        raise BadInputError("Что сделать с отмеченными, не понято.", field="do")
    if not ids:
        raise BadInputError("Отметьте хотя бы одно обращение.", field="id")
    if len(ids) > PAGE or any(not 0 < len(one.encode()) <= _LONGEST_ID for one in ids):
        raise BadInputError(f"За раз можно изменить до {PAGE} обращений страницы.", field="id")
    return BulkForm(action, ids, last, last.get("key", "")[:_LONGEST_KEY])
