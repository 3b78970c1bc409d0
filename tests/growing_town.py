"""A town whose «Ямы» grow in its last days, for the tests of growth."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import msgspec

from app.cases.codes import State
from app.cases.models import Author, Case, Classifier, Duplicate, Place, Workflow
from app.engine.client import Engine
from app.engine.names import Index
from tests.integration.search_corpus import case

ZONE = ZoneInfo("Europe/Moscow")
NOW = datetime.now(UTC).replace(hour=15, minute=0, second=0, microsecond=0)
TODAY = NOW.astimezone(ZONE).date()
LETTER = (
    "Просим глав районов не закрывать школы и детские сады на следующий год, "
    "подпишите и вы это обращение, нас уже тысячи"
)


class Maker:
    def __init__(self) -> None:
        self.number = 0

    def __call__(self, days_ago: float, author: str | None, theme: str, **fields: object) -> Case:
        self.number += 1
        values: dict[str, object] = {
            "received_at": NOW - timedelta(days=days_ago, minutes=self.number % 50),
            "author": Author(key=author),
            "classifier": Classifier(im_theme=theme),
            "place": Place(municipality="Зареченск", settlement="Слобода"),
            "state": State.NEW,
            "workflow": Workflow(department="Отдел"),
            **fields,
        }
        return case(self.number, f"Текст {self.number}", **values)


def town() -> list[Case]:
    """A theme that grows in the last days, one that does not, copies, a campaign, proposals."""
    made = Maker()
    cases = [made(day, f"u{day}", "Ямы") for day in range(3, 119, 2)]
    cases += [made(day, f"s{day}", "Снег") for day in range(0, 119, 2)]
    grown = [made(one % 3, f"g{one}", "Ямы", tags=["p1"]) for one in range(11)]
    cases += grown
    root = Duplicate(of=grown[0].id, root=grown[0].id)
    cases += [made(0, f"c{one}", "Снег", duplicate=root) for one in range(9)]
    cases += [made(0, "one", "Снег") for _ in range(9)]
    cases += [made(0, f"p{one}", "Снег", tags=["предложение"]) for one in range(9)]
    cases += [made(0, f"r{one}", "Снег", state=State.REJECTED) for one in range(9)]
    for one in range(12):
        place = Place(municipality="Зареченск", settlement="Слобода", street=f"Улица {one}")
        letter = made(1, f"k{one}", "Снег", place=place)
        cases.append(msgspec.structs.replace(letter, text=LETTER, norm_hash="campaign"))
    return cases


async def join(engine: Engine) -> None:
    """Those tagged so are of a problem."""
    tagged = {"term": {"tags": "p1"}}
    hits = (await engine.search(Index.CASES, {"query": tagged, "size": 50}))["hits"]["hits"]
    operations = [
        part
        for hit in hits
        for part in (
            {"index": {"_index": engine.write_alias(Index.CASES), "_id": hit["_id"]}},
            {**hit["_source"], "problem": {"id": "p1"}},
        )
    ]
    assert not (await engine.client.bulk(operations=operations, refresh=True))["errors"]
