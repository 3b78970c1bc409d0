"""The canonical table: what no other format covers, CSV in UTF-8."""

import csv
from datetime import datetime
from pathlib import Path

from dev.demo.channels import SOCIAL
from dev.demo.fragments import data
from dev.demo.models import Answer, DemoCase

COLUMNS = (
    *("external_id", "source", "channel", "kind", "received_at", "registered_at", "title", "text"),
    *("author_name", "author_phone", "author_email", "author_address"),
    *("municipality", "settlement", "street", "house", "lat", "lon"),
    *("group", "theme", "appeal_code", "department", "executor", "state", "due_at", "closed_at"),
    *("result", "answer", "answered_at", "answer2", "answered2_at", "rating", "tags", "url"),
)


class CanonicalFile:
    """A growing CSV file with the header of COLUMNS."""

    def __init__(self, path: Path) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._writer = csv.writer(self._file)
        self._writer.writerow(COLUMNS)
        self.rows = 0

    def add_case(self, case: DemoCase) -> None:
        self.rows += 1
        self._writer.writerow(row(case))

    def close(self) -> None:
        self._file.close()


def row(case: DemoCase) -> list[str]:
    """One line in the order of COLUMNS."""
    place = case.place
    given = place if case.street_given else None
    located = place if case.located else None
    first, last = _two_answers(case)
    return [
        case.external_id,
        case.source,
        case.channel,
        case.kind,
        _moment(case.received_at),
        _moment(case.registered_at),
        case.title,
        case.text,
        _author(case),
        case.phone,
        case.email,
        case.author_address,
        data("town.toml")["municipality"],
        place.street.settlement if place else "",
        given.street.official if given else "",
        given.house if given and case.house_given else "",
        f"{located.lat:.6f}" if located else "",
        f"{located.lon:.6f}" if located else "",
        case.group,
        case.theme,
        case.appeal_code,
        case.department.name,
        case.department.body if case.assigned_at else "",
        case.state,
        _moment(case.due_at),
        _moment(case.closed_at),
        case.result,
        first.text if first else "",
        _moment(first.at if first else None),
        last.text if last else "",
        _moment(last.at if last else None),
        "" if case.rating is None else str(case.rating),
        case.tags,
        case.url,
    ]


def _moment(moment: datetime | None) -> str:
    return moment.isoformat() if moment else ""


def _author(case: DemoCase) -> str:
    if case.author is None:
        return ""
    if case.channel in SOCIAL:
        return case.author.nick or f"{case.author.first} {case.author.last}"
    return case.author.full


def _two_answers(case: DemoCase) -> tuple[Answer | None, Answer | None]:
    """The table holds two answers: the first step and the last word."""
    if not case.answers:
        return None, None
    return case.answers[0], case.answers[-1] if len(case.answers) > 1 else None
