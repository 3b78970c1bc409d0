"""What an entry may be a duplicate of while it is typed: by text, meaning and place."""

from collections.abc import Collection

import structlog
from msgspec import Struct, field

from app.cases.codes import CHANNEL_NAMES, STATE_NAMES, Channel, State
from app.duplicates.tuning import current_thresholds
from app.engine.client import Engine
from app.errors import EngineSetupError, EngineUnavailableError
from app.intake.manual.forms import EntryForm
from app.intake.manual.lookalikes import Lookalike
from app.intake.manual.query import SHOWN
from app.reference.themes import Theme
from app.search.vocabulary import current_vocabulary
from app.similarity.models import KIND_NAMES, Match, MatchKind, Subject
from app.similarity.service import similar
from app.text.addresses import parse_address
from app.viewer import Viewer

log = structlog.get_logger()

_LEAST_WORDS = 3
"""Fewer say too little to look for anything but their very words."""


class Alike(Struct, frozen=True):
    hits: list[Lookalike] = field(default_factory=list)
    by_words_only: bool = False
    """The model of meaning is away."""


async def find_alike(
    engine: Engine,
    viewer: Viewer,
    form: EntryForm,
    theme: Theme | None,
    *,
    but: Collection[str],
) -> Alike:
    """Never more than `viewer` may see, and nothing of the cases `but`. A help: it fails silently
    for the person, who sees the others' look-alikes, and with a line in the log.
    """
    if len(form.text.split()) < _LEAST_WORDS:
        return Alike()
    try:
        found = await similar(
            engine,
            viewer,
            _subject(form, theme),
            size=SHOWN,
            thresholds=await current_thresholds(engine),
            streets=(await current_vocabulary(engine)).streets,
        )
    except (EngineUnavailableError, EngineSetupError) as error:
        log.warning("alike_not_looked_for", error=error.code)
        return Alike()
    wanted = [one for one in (*found.duplicates, *found.similar) if one.kind or one.suspected]
    hits = [_lookalike(one) for one in wanted if one.case_id not in but]
    return Alike(hits[:SHOWN], found.by_words_only)


def _subject(form: EntryForm, theme: Theme | None) -> Subject:
    address = parse_address(form.address) if form.address.strip() else None
    return Subject(
        text=form.text,
        title=form.title or None,
        municipality=form.municipality or None,
        street=address.street if address else None,
        house=address.house if address else None,
        theme=theme.label if theme else None,
        group=theme.group if theme else None,
    )


def _lookalike(match: Match) -> Lookalike:
    kind = match.kind or match.suspected or MatchKind.EDITED
    return Lookalike(
        id=match.case_id,
        number=match.number,
        state=match.state,
        state_name=STATE_NAMES[State(match.state)],
        channel_name=CHANNEL_NAMES[Channel(match.channel)] if match.channel else "",
        received_at=match.received_at,
        beginning=match.beginning,
        why=[KIND_NAMES[kind], *match.why],
    )
