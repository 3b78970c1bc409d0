"""«Ручной ввод» put together: what is typed, what it looks like, what is kept."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from litestar import Request
from litestar.di import NamedDependency
from litestar.response import Template

from app.engine.client import Engine
from app.engine.names import Index
from app.errors import EngineSetupError, EngineUnavailableError
from app.intake.entry import only_municipality
from app.intake.manual.alike import Alike, find_alike
from app.intake.manual.contexts import (
    CHANNELS,
    Beside,
    Books,
    Said,
    department_names,
    entry_page,
    sentences,
)
from app.intake.manual.drafts import Draft, Drafts
from app.intake.manual.forms import EntryForm, first_form
from app.intake.manual.lookalikes import find_lookalikes
from app.intake.manual.service import Entered, entered_before, entry_id
from app.intake.manual.suggesting import Offers, offers_for
from app.reference.service import current_book
from app.reference.themes import active_themes
from app.settings import Settings
from app.viewer import Viewer
from app.web.render import page

AnyRequest = Request[Any, Any, Any]
_AWAY = (EngineUnavailableError, EngineSetupError)


@dataclass(frozen=True)
class Counter:
    """What every handler here works with: the desk of one operator."""

    engine: Engine
    settings: Settings
    viewer: Viewer
    drafts: Drafts


async def open_counter(
    request: AnyRequest,
    engine: NamedDependency[Engine],
    settings: NamedDependency[Settings],
    viewer: NamedDependency[Viewer],
) -> Counter:
    drafts = Drafts(request.app.state.redis, settings.index_prefix, viewer.name)
    return Counter(engine, settings, viewer, drafts)


async def read_books(counter: Counter) -> Books:
    """An engine that is away must not take the typed text with it."""
    try:
        themes = {theme.code: theme for theme in await active_themes(counter.engine)}
        book = await current_book(counter.engine)
    except _AWAY:
        return Books({}, [])
    return Books(themes, department_names(book))


async def look_beside(counter: Counter, key: str, form: EntryForm, *, keep: bool) -> Beside:
    """Duplicates and warnings; with `keep` the draft is written first."""
    now = datetime.now(UTC)
    kept = await counter.drafts.save(key, form) if keep and not form.empty else None
    own, alike = entry_id(counter.viewer, key), Alike()
    try:
        hits = await find_lookalikes(counter.engine, counter.viewer, form, but=own)
        themes = (await read_books(counter)).themes
        offers = await offers_for(counter.engine, counter.viewer, form, themes)
        alike = await _alike(counter, form, {own, *(hit.id for hit in hits)})
        checked = True
    except _AWAY:
        hits, offers, checked = [], Offers(), False
    warnings = [] if form.empty else sentences(form)
    return Beside(
        warnings,
        [*hits, *alike.hits],
        offers,
        checked,
        now if kept else None,
        kept,
        by_words_only=alike.by_words_only,
    )


async def _alike(counter: Counter, form: EntryForm, but: set[str]) -> Alike:
    themes = {theme.code: theme for theme in await active_themes(counter.engine)}
    theme = themes.get(form.theme)
    return await find_alike(counter.engine, counter.viewer, form, theme, but=but)


async def form_page(
    request: AnyRequest,
    counter: Counter,
    key: str,
    form: EntryForm,
    *,
    said: Said | None = None,
    keep: bool = False,
) -> Template:
    """The form with all that was typed. For htmx the part that changes."""
    said = said or Said()
    entered = await entered_as(counter, key)
    beside = await look_beside(counter, key, form, keep=keep)
    view = entry_page(
        key,
        form,
        await read_books(counter),
        beside,
        said,
        entered=entered.number if entered else None,
        drafts=await unfinished(counter),
    )
    return page(
        request,
        "intake/manual/page.html",
        fragment="intake/manual/_entry.html",
        context={"view": view, "channels": CHANNELS},
        status=said.status,
    )


async def blank_form(counter: Counter, key: str) -> EntryForm:
    """A form sent again after «Назад» must be the same form, its moment too."""
    entered = await entered_as(counter, key)
    moment = entered.received_at if entered else datetime.now(UTC)
    return first_form(moment, counter.settings.zone, only_municipality(counter.viewer))


async def entered_as(counter: Counter, key: str) -> Entered | None:
    """None also while the engine is away."""
    try:
        return await entered_before(counter.engine, counter.viewer, key)
    except _AWAY:
        return None


async def unfinished(counter: Counter) -> list[Draft]:
    """Without those that have become cases: what a page sent last may come after it was saved."""
    drafts = await counter.drafts.listed()
    ids = {entry_id(counter.viewer, draft.key): draft for draft in drafts}
    try:
        entered = await counter.engine.get_many(Index.CASES, ids, ("number",))
    except _AWAY:
        return drafts
    for case_id in entered:
        await counter.drafts.drop(ids[case_id].key)
    return [draft for case_id, draft in ids.items() if case_id not in entered]
