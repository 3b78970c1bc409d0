"""What a page and a program may see of a case: the author masked, nothing of the machine's."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
from msgspec import Struct

from app.cases.codes import CHANNEL_NAMES, KIND_NAMES, STATE_NAMES, SYSTEM_NAMES, AnswerKind
from app.cases.links import same_day_links
from app.cases.models import Answer, Author, Case, Classifier, Event, Place, Rating, Workflow
from app.text.mask import mask_contacts, mask_email, mask_name, mask_phone


class MaskedAuthor(Struct, frozen=True, omit_defaults=True):
    name: str | None = None
    phone: str | None = None
    email: str | None = None


class SourceView(Struct, frozen=True, omit_defaults=True):
    system: str
    external_id: str | None = None
    external_number: str | None = None
    url: str | None = None


class AnswerView(Struct, frozen=True):
    id: str
    kind: AnswerKind
    text: str
    at: datetime | None
    by: str | None
    promised_at: datetime | None


class HistoryLine(Struct, frozen=True, omit_defaults=True):
    seq: int
    at: datetime
    what: str
    by: str
    changed: list[str] = msgspec.field(default_factory=list)


class CaseView(Struct, frozen=True, kw_only=True):
    """A case as its viewer may see it; moments are in UTC."""

    id: str
    number: str
    kind: str
    channel: str
    state: str
    received_at: datetime
    registered_at: datetime | None
    deadline_at: datetime | None
    closed_at: datetime | None
    title: str | None
    text: str
    result: str | None
    tags: list[str]
    author: MaskedAuthor
    source: SourceView
    place: Place
    classifier: Classifier
    workflow: Workflow
    answers: list[AnswerView]
    rating: Rating | None
    history: list[HistoryLine]
    version: int


def masked_author(author: Author) -> MaskedAuthor:
    return MaskedAuthor(
        name=mask_name(author.name) if author.name else None,
        phone=mask_phone(author.phone) if author.phone else None,
        email=mask_email(author.email) if author.email else None,
    )


def case_view(case: Case) -> CaseView:
    """Without phone, e-mail and address of the author, and without the cells of the source."""
    source = case.source
    return CaseView(
        id=case.id,
        number=case.number,
        kind=case.kind,
        channel=case.channel,
        state=case.state,
        received_at=case.received_at,
        registered_at=case.registered_at,
        deadline_at=case.deadline_at,
        closed_at=case.closed_at,
        title=case.title,
        text=case.text,
        result=case.result,
        tags=case.tags,
        author=masked_author(case.author),
        source=SourceView(
            SYSTEM_NAMES.get(source.system, source.system),
            source.external_id,
            source.external_number,
            source.url,
        ),
        place=case.place,
        classifier=case.classifier,
        workflow=case.workflow,
        answers=[_answer(answer) for answer in case.answers],
        rating=case.rating,
        history=[_line(event) for event in case.history],
        version=case.version,
    )


def _answer(answer: Answer) -> AnswerView:
    return AnswerView(answer.id, answer.kind, answer.text, answer.at, answer.by, answer.promised_at)


def _line(event: Event) -> HistoryLine:
    """Without the values before: they may hold the author's data."""
    return HistoryLine(event.seq, event.at, event.what, event.by, event.changed)


FIELD_NAMES = {
    "kind": "вид",
    "channel": "канал",
    "state": "состояние",
    "received_at": "поступило",
    "registered_at": "зарегистрировано",
    "closed_at": "закрыто",
    "deadline_at": "срок",
    "title": "заголовок",
    "text": "текст",
    "result": "итог",
    "importance": "важность",
    "tags": "метки",
    "author": "автор",
    "place": "место",
    "classifier": "тема",
    "workflow": "ход работы",
    "answers": "ответы",
    "rating": "оценка",
}
"""What changed, for people; of a part («place.street») the whole is named."""

EVENT_NAMES = {
    "imported": "Загружено из файла",
    "import_changed": "Изменено при загрузке",
    "received": "Передано программой",
    "entered": "Внесено вручную",
}
"""What the history of a case tells, in words; a code without words is shown as it is."""

ANSWER_NAMES = {AnswerKind.INTERIM: "Промежуточный ответ", AnswerKind.FINAL: "Ответ"}


def page_context(case: Case, zone: ZoneInfo) -> dict[str, Any]:
    street, theme = case.place.street, case.classifier.im_theme
    return {
        "same_day": same_day_links(case.received_at, zone, street=street, theme=theme),
        "case": case_view(case),
        "kind_name": KIND_NAMES[case.kind],
        "channel_name": CHANNEL_NAMES[case.channel],
        "state_name": STATE_NAMES[case.state],
        "answer_names": ANSWER_NAMES,
        "history": [_told(line) for line in reversed(case.history)],
        "place_facts": _place_facts(case.place),
        "class_facts": _class_facts(case.classifier),
        "cells": original_cells(case),
        "link": _safe_link(case.source.url),
    }


def _told(event: Event) -> tuple[datetime, str]:
    """«Изменено при загрузке: состояние, ответы»."""
    roots = dict.fromkeys(name.partition(".")[0] for name in event.changed)
    changed = ", ".join(FIELD_NAMES.get(root, root) for root in roots)
    told = EVENT_NAMES.get(event.what, event.what)
    return event.at, f"{told}: {changed}" if changed else told


def _place_facts(place: Place) -> list[tuple[str, str]]:
    street = " ".join(filter(None, [place.street_type, place.street]))
    point = f"{place.point.lat:.5f}, {place.point.lon:.5f}" if place.point else None
    return _present(
        ("Адрес", place.given),
        ("Улица", street),
        ("Дом", place.house),
        ("Населённый пункт", place.settlement),
        ("Район", place.district),
        ("Муниципалитет", place.municipality),
        ("Точка", point),
    )


def _class_facts(classifier: Classifier) -> list[tuple[str, str]]:
    return _present(
        ("Группа тем", classifier.im_group),
        ("Тема", classifier.im_theme),
        ("Код обращения", classifier.appeal_code),
        ("Категория ПОС", classifier.pos_category),
        ("Подкатегория ПОС", classifier.pos_subcategory),
    )


def _present(*pairs: tuple[str, str | None]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in pairs if value]


def _safe_link(url: str | None) -> str | None:
    """An imported cell may hold any scheme; only a web page becomes a link."""
    return url if url and url.lower().startswith(("https://", "http://")) else None


def original_cells(case: Case) -> list[tuple[str, str]]:
    """Cells of the source row in their order; the author's are masked wherever they stand."""
    author = case.author
    secrets = {author.name, author.phone, author.email, author.address, author.account} - {None}
    cells = []
    for name, value in case.original.items():
        text = str(value)
        cells.append((name, "•••" if text.strip() in secrets else mask_contacts(text)))
    return cells
