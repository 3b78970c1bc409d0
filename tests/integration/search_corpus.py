"""A small town's messages for the tests of search, written through the product's own documents."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from app.cases.codes import Channel, Kind, State
from app.cases.derived import with_derived_fields
from app.cases.models import Answer, Author, Case, Classifier, Place, Source, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from app.settings import Settings
from indexers.setup import run

START = datetime(2026, 3, 1, 7, tzinfo=UTC)


def case(number: int, text: str, **fields: Any) -> Case:
    values: dict[str, Any] = {
        "id": f"id-{number:04d}",
        "number": f"26-{number:06d}",
        "kind": Kind.MESSAGE,
        "channel": list(Channel)[number % 3],
        "state": list(State)[number % 4],
        "received_at": START + timedelta(hours=number),
        "text": text,
        "source": Source(
            "test", external_id=f"T-{number}", external_number=f"ИМ-{700000 + number}"
        ),
        "rev": 1,
        "version": 1,
        "enriched_version": 0,
        "audit_seq": 0,
        "created_at": START,
        "updated_at": START,
        "author": Author(name="Иванова Мария", phone="+79001234567", email="maria@example.org"),
        "workflow": Workflow(department=f"Отдел {number % 5}"),
        "classifier": Classifier(im_group=f"Группа {number % 3}", im_theme=f"Тема {number % 7}"),
    }
    return with_derived_fields(Case(**{**values, **fields}))


def at(street: str, house: str) -> Place:
    return Place(street=street, street_type="ул.", house=house, given=f"ул. {street}, {house}")


PLAIN = [
    "Нет горячей воды третий день",
    "ГВС отсутствует, ленина 35",
    "ТКО не вывозят с площадки",
    "Мусорный бак переполнен, твёрдые коммунальные отходы лежат неделю",
    "Управляющая компания не убирает подъезд",
    "УК бездействует",
    "Ёлка упала на дорогу у детского сада",
    "Тротуар разбит, асфальт провалился",
    "Дайте воду в колонку",
    "Вода есть, спасибо",
    "Без света весь посёлок",
    "Прошу ответить по обращению № 26-000003",
    "Стаи собак бегают у школы",
    "Заводах и цехах шумно ночью",
    "Дорога в ямах, прошу отремонтировать",
    "🔥 горит свалка",
]


def corpus() -> list[Case]:
    cases = [case(number, text) for number, text in enumerate(PLAIN)]
    cases += [
        case(100, "Прорвало трубу, топит подвал", place=at("Гагарина", "12")),
        case(101, "Прорвало трубу, топит подвал", place=at("Мира", "12")),
        case(
            102,
            "Просьба спилить дерево",
            answers=[Answer("1", "Дерево обследовано, аварийности нет")],
        ),
        case(103, "Холодно в квартире", title="Отопление отключили"),
    ]
    return cases + [case(number, f"Яма номер {number} на объездной") for number in range(200, 260)]


@asynccontextmanager
async def filled(settings: Settings, cases: list[Case]) -> AsyncIterator[Engine]:
    """An engine that has found its indexes and `cases` in them, refreshed."""
    engine = Engine(settings)
    await run(engine, settings)
    try:
        await put(engine, cases)
        yield engine
    finally:
        await engine.close()


async def put(engine: Engine, cases: list[Case]) -> None:
    """Writes `cases` and lets searches see them."""
    alias = engine.write_alias(Index.CASES)
    operations: list[Any] = []
    for one in cases:
        operations += [
            {"index": {"_index": alias, "_id": one.id}},
            msgspec.to_builtins(one),
        ]
    answer = await engine.client.bulk(operations=operations, refresh=True)
    assert not answer["errors"]
