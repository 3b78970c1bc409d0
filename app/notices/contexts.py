"""What the pages of notices show: words and addresses ready to print."""

from dataclasses import dataclass, replace
from datetime import datetime

from app.accounts.directory import everybody
from app.accounts.models import User, Way, short_name
from app.cases.chasing import SYSTEM
from app.engine.client import Engine
from app.notices.choices import HOURS, ChoicesForm
from app.notices.models import Notice, NoticeKind, kind_of
from app.notices.params import NoticeParams, Show
from app.notices.results import NoticePage
from app.notices.words import (
    DAY_NAMES,
    KIND_ICONS,
    KIND_NAMES,
    KIND_SHORT,
    LETTER_WORDS,
    WAY_NAMES,
    event_words,
    headline,
)
from app.web.links import Link

_SHOW_NAMES = {Show.ALL: "Все", Show.UNREAD: "Непрочитанные", Show.READ: "Прочитанные"}


@dataclass(frozen=True)
class Row:
    id: str
    url: str
    number: str
    icon: str
    told: str
    numbered: bool
    """False: `number` is no number but what grows."""
    line: str
    """All of it in one phrase."""
    who: str
    """Who did it, or to whom it went, in one phrase; empty for the chase without a department."""
    at: datetime
    due_at: datetime | None
    unread: bool
    letter: str
    """Of a letter that did not arrive."""


@dataclass(frozen=True)
class ListView:
    rows: list[Row]
    shows: list[Link]
    kinds: list[Link]
    unread: int
    here: str
    """The address of this very page, to come back to."""
    first_url: str
    """Empty on the first page."""
    next_url: str
    narrowed: bool


async def list_view(engine: Engine, params: NoticeParams, found: NoticePage) -> ListView:
    names = {one.login: short_name(one.name) for one in await everybody(engine)}
    return ListView(
        rows=[_row(one, names) for one in found.rows],
        shows=[_show(params, show, found) for show in Show],
        kinds=_kinds(params, found),
        unread=found.unread,
        here=params.address,
        first_url=params.first.address if params.place else "",
        next_url=_next(params, found),
        narrowed=params.first != NoticeParams(),
    )


def _row(notice: Notice, names: dict[str, str]) -> Row:
    return Row(
        id=notice.id,
        url=f"/notices/{notice.id}",
        number=notice.number,
        icon=KIND_ICONS[kind_of(notice.what)],
        told=event_words(notice.what),
        numbered=kind_of(notice.what) is not NoticeKind.GROWTH,
        line=headline(notice),
        who=_who(notice, names),
        at=notice.at,
        due_at=notice.due_at,
        unread=notice.read_at is None,
        letter=LETTER_WORDS.get(notice.mail.state, ""),
    )


def _who(notice: Notice, names: dict[str, str]) -> str:
    by = "" if notice.by == SYSTEM else names.get(notice.by, notice.by)
    to = "" if notice.to in (None, notice.login) else names.get(notice.to or "", notice.to or "")
    return " → ".join(part for part in (by, to) if part)


def _show(params: NoticeParams, show: Show, found: NoticePage) -> Link:
    url = replace(params.first, show=show).address
    count = found.unread if show is Show.UNREAD and not params.kind else None
    return Link(_SHOW_NAMES[show], url, params.show is show, count)


def _kinds(params: NoticeParams, found: NoticePage) -> list[Link]:
    """Those that there are, with the numbers of their lists; the chosen one switches itself off."""
    present = [kind for kind in NoticeKind if found.kinds.get(kind) or kind is params.kind]
    return [
        Link(
            KIND_SHORT[kind],
            replace(params.first, kind=None if kind is params.kind else kind).address,
            kind is params.kind,
            found.kinds.get(kind, 0),
        )
        for kind in present
    ]


def _next(params: NoticeParams, found: NoticePage) -> str:
    return replace(params, place=found.next_place).address if found.next_place else ""


@dataclass(frozen=True)
class Choice:
    name: str
    title: str
    value: Way


@dataclass(frozen=True)
class ChoicesView:
    kinds: list[Choice]
    ways: list[tuple[Way, str]]
    form: ChoicesForm
    hours: tuple[str, ...]
    days: list[tuple[str, str]]
    email: str
    mail_on: bool
    errors: dict[str, str]
    told: str


def choices_view(
    user: User, form: ChoicesForm, *, mail_on: bool, errors: dict[str, str], told: str
) -> ChoicesView:
    return ChoicesView(
        kinds=[Choice(kind, title, form.ways[kind]) for kind, title in KIND_NAMES.items()],
        ways=list(WAY_NAMES.items()),
        form=form,
        hours=HOURS,
        days=[(days.value, title) for days, title in DAY_NAMES.items()],
        email=user.email or "",
        mail_on=mail_on,
        errors=errors,
        told=told,
    )
