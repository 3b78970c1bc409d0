"""What a person chose of the notices: as the form brings it and as it is kept."""

from collections.abc import Mapping
from dataclasses import dataclass

from app.accounts.models import DigestDays, NoticeChoices, Way
from app.errors import BadInputError
from app.notices.models import NoticeKind

HOURS = tuple(f"{hour:02d}:{minute:02d}" for hour in range(24) for minute in (0, 30))
"""Choices of an hour: letters are sent each minute, so half an hour is exact enough."""


@dataclass(frozen=True)
class ChoicesForm:
    """Hours are «ЧЧ:ММ», empty for none."""

    ways: dict[NoticeKind, Way]
    quiet_from: str
    quiet_until: str
    digest_at: str
    digest_days: DigestDays

    def choices(self) -> NoticeChoices:
        """Raises `BadInputError` naming the field."""
        if bool(self.quiet_from) != bool(self.quiet_until):
            field = "quiet_until" if self.quiet_from else "quiet_from"
            raise BadInputError("Выберите и начало, и конец тихих часов.", field=field)
        if Way.DIGEST in self.ways.values() and not self.digest_at:
            raise BadInputError(
                "Выберите час сводки: часть уведомлений идёт в неё.", field="digest_at"
            )
        return NoticeChoices(
            ways={kind.value: way for kind, way in self.ways.items() if way is not Way.NOW},
            quiet_from=self.quiet_from or None,
            quiet_until=self.quiet_until or None,
            digest_at=self.digest_at or None,
            digest_days=self.digest_days,
        )


def form_of(choices: NoticeChoices) -> ChoicesForm:
    return ChoicesForm(
        ways={kind: choices.ways.get(kind, Way.NOW) for kind in NoticeKind},
        quiet_from=choices.quiet_from or "",
        quiet_until=choices.quiet_until or "",
        digest_at=choices.digest_at or "",
        digest_days=choices.digest_days,
    )


def read_choices(given: Mapping[str, str]) -> ChoicesForm:
    """Raises `BadInputError` for what the form does not offer."""
    days = given.get("digest_days", "")
    if days not in set(DigestDays):
        raise BadInputError("Выберите дни сводки из списка.", field="digest_days")
    return ChoicesForm(
        ways={kind: _way(given, kind) for kind in NoticeKind},
        quiet_from=_hour(given, "quiet_from"),
        quiet_until=_hour(given, "quiet_until"),
        digest_at=_hour(given, "digest_at"),
        digest_days=DigestDays(days),
    )


def _way(given: Mapping[str, str], kind: NoticeKind) -> Way:
    way = given.get(kind.value, "")
    if way not in set(Way):
        raise BadInputError("Выберите одно из трёх: сразу, в сводке, не писать.", field=kind.value)
    return Way(way)


def _hour(given: Mapping[str, str], name: str) -> str:
    hour = given.get(name, "")
    if hour and hour not in HOURS:
        raise BadInputError("Выберите час из списка.", field=name)
    return hour
