"""Forms that hold a whole list: which profile for which cases, and the steps of reminders."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from itertools import count

from app.books.deadlines.forms import Given, text_of
from app.deadlines.models import Book, Choice, Profile, Recipient, Rung
from app.deadlines.rules import MOST_CHOICES, MOST_RUNGS
from app.deadlines.words import read_span, spans_text
from app.errors import BadInputError

SPARE = 2
"""Empty rows for new lines."""


@dataclass(frozen=True)
class ChoiceRow:
    """Stage and kind are those of the profile."""

    profile: str = ""
    channel: str = ""
    importance: str = ""


@dataclass(frozen=True)
class ChoicesForm:
    rows: tuple[ChoiceRow, ...]
    errors: dict[str, str] = field(default_factory=dict)

    def choices(self, profiles: Mapping[str, Profile]) -> list[Choice]:
        return [_choice(profiles, one, row) for row, one in enumerate(self.rows)]


def _choice(profiles: Mapping[str, Profile], one: ChoiceRow, row: int) -> Choice:
    profile = profiles.get(one.profile)
    if profile is None:
        raise BadInputError("Выберите порядок.", field=f"row-{row}")
    return Choice(
        stage=profile.stage,
        profile=profile.code,
        kind=profile.kind,
        channel=one.channel or None,
        importance=one.importance or None,
    )


def filled_choices(book: Book) -> ChoicesForm:
    rows = [ChoiceRow(one.profile, one.channel or "", one.importance or "") for one in book.choices]
    return ChoicesForm(tuple(rows))


def read_choices(given: Given) -> ChoicesForm:
    """A row whose profile was emptied is gone."""
    rows = [
        ChoiceRow(*(text_of(given, f"{name}-{row}") for name in _CHOICE))
        for row in range(MOST_CHOICES + SPARE)
    ]
    return ChoicesForm(tuple(one for one in rows if one.profile))


_CHOICE = ("profile", "channel", "importance")


@dataclass(frozen=True)
class RungRow:
    after: str = ""
    to: frozenset[str] = frozenset()
    code: str = ""


@dataclass(frozen=True)
class LadderForm:
    rows: tuple[RungRow, ...]
    errors: dict[str, str] = field(default_factory=dict)

    def ladder(self) -> list[Rung]:
        """Reminders that were given are known by the code of their step: a new step has one made of
        what it says, so that it never takes over those of another that was deleted.
        """
        codes = {one.code for one in self.rows if one.code}
        ladder = []
        for row, one in enumerate(self.rows):
            after = read_span(one.after, f"row-{row}", days=False)
            to = [recipient for recipient in Recipient if recipient.value in one.to]
            code = one.code or _free_code("-".join([f"after-{after}", *to]), codes)
            codes.add(code)
            ladder.append(Rung(code=code, after=after, to=to))
        return ladder


def _free_code(wanted: str, taken: Collection[str]) -> str:
    names = (f"{wanted}-{number}" if number > 1 else wanted for number in count(1))
    return next(name for name in names if name not in taken)


def filled_ladder(book: Book) -> LadderForm:
    return LadderForm(
        tuple(
            RungRow(
                spans_text([one.after], days=False) if one.after else "0",
                frozenset(recipient.value for recipient in one.to),
                one.code,
            )
            for one in book.ladder
        )
    )


def read_ladder(given: Given) -> LadderForm:
    """A step whose time was emptied is gone."""
    rows = [
        RungRow(
            text_of(given, f"after-{row}"),
            frozenset(one.value for one in Recipient if given.get(f"to-{row}-{one.value}")),
            text_of(given, f"code-{row}")[:64],
        )
        for row in range(MOST_RUNGS + SPARE)
    ]
    return LadderForm(tuple(one for one in rows if one.after))
