"""Two people on the page of one problem: whoever was slower is told why, and keeps the form."""

import re
from collections.abc import AsyncIterator

import pytest
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.engine.names import Index
from app.problems.models import ProblemState
from app.settings import Settings
from tests.boarding import problem, store_member, store_problems
from tests.casework import COORDINATOR, HEAD
from tests.factories import site
from tests.web.people import BASE, Visitor

ALERT = re.compile(r'class="notice notice-danger"[^>]*>(.*?)</div>', re.DOTALL)
SEEN = re.compile(r'name="seen" value="(\d+)"')


@pytest.fixture
async def stored(engine: Engine) -> None:
    await store_problems(
        engine,
        problem(1, members=4),
        problem(2, title="Ямы: ул. Мира"),
        problem(3, title="Ямы: ул. Лесная"),
    )
    for number in range(1, 5):
        await store_member(engine, number, "p1", days_ago=number)
    await store_member(engine, 5, "p2")
    await store_member(engine, 6, "p3")


@pytest.fixture
async def first(stored: None, settings: Settings) -> AsyncIterator[Visitor]:
    async with AsyncTestClient(site(settings, COORDINATOR), base_url=BASE) as client:
        yield Visitor(client)


@pytest.fixture
async def second(stored: None, settings: Settings) -> AsyncIterator[Visitor]:
    async with AsyncTestClient(site(settings, HEAD), base_url=BASE) as client:
        yield Visitor(client)


async def shown(visitor: Visitor, address: str) -> str:
    """How many acts the forms of the page say it shows: all the same."""
    (seen,) = set(SEEN.findall((await visitor.get(address)).text))
    return str(seen)


async def acts(engine: Engine, name: str) -> list[str]:
    read = await engine.get(Index.PROBLEMS, name)
    assert read
    return [one["kind"] for one in read.source["acts"]]


@pytest.mark.parametrize(
    ("act", "forms", "told"),
    [
        ("name", [{"name": "Их"}, {"name": "Моё имя"}], ('value="Моё имя"', "название: «Их»")),
        (
            "state",
            [{"state": "in_work"}, {"state": "solved"}],
            ('<option value="solved" selected>', "состояние: В работе"),
        ),
        ("owner", [{"owner": COORDINATOR.name}, {"owner": HEAD.name}], ("", "ответственный: ")),
        ("out", [{"case": "case-1"}] * 2, ("checked", "вынуто 1\u00a0сообщение")),
        ("split", [{"case": "case-1"}] * 2, ("checked", "часть сообщений отделена")),
        (
            "in",
            [{"number": "26-000005"}] * 2,
            ('value="26-000005"', "добавлено 1\u00a0сообщение"),
        ),
    ],
)
async def test_an_act_over_a_page_that_is_out_of_date_is_told_and_kept(
    first: Visitor,
    second: Visitor,
    engine: Engine,
    act: str,
    forms: list[dict[str, str]],
    told: tuple[str, str],
) -> None:
    (theirs, mine), (kept, words) = forms, told
    seen = await shown(first, "/problems/p1")
    done = await second.post(f"/problems/p1/{act}", {**theirs, "seen": seen})
    assert done.status_code == 303
    late = await first.post(f"/problems/p1/{act}", {**mine, "seen": seen})
    assert late.status_code == 409
    alert = ALERT.search(late.text)
    assert alert
    assert "Пока вы работали, проблему изменили: " in alert[1]
    assert words in alert[1]
    assert f"({HEAD.name}, " in alert[1]
    assert kept in late.text
    assert len(await acts(engine, "p1")) == 1
    assert SEEN.findall(late.text)[0] == "1", "sent again it is done knowingly"


async def test_the_other_way_is_refused_when_two_are_merged_at_once(
    first: Visitor, second: Visitor, engine: Engine
) -> None:
    seen = await shown(first, "/problems/p2/merge?q=Ямы")
    assert (await second.post("/problems/p1/merge", {"into": "p2", "seen": "0"})).status_code == 303
    late = await first.post("/problems/p2/merge", {"into": "p1", "seen": seen})
    assert late.status_code == 409
    assert "Эти две проблемы уже объединены." in late.text
    changed = await first.post("/problems/p2/merge", {"into": "p3", "seen": seen})
    assert changed.status_code == 409, "it has taken another in since"
    assert "приняла сообщения другой проблемы" in changed.text
    assert await acts(engine, "p2") == ["took_in"]
    again = SEEN.findall(changed.text)[0]
    assert (await first.post("/problems/p2/merge", {"into": "p3", "seen": again})).is_redirect
    assert (await first.get("/problems/p1")).headers["location"] == "/problems/p3"


async def test_whoever_acts_on_what_was_just_merged_is_told_where_it_is(
    first: Visitor, second: Visitor, engine: Engine
) -> None:
    seen = await shown(first, "/problems/p1")
    await second.post("/problems/p1/merge", {"into": "p2", "seen": "0"})
    for act, form in {
        "name": {"name": "Моё имя"},
        "split": {"case": "case-2"},
        "out": {"case": "case-2"},
        "in": {"number": "26-000006"},
        "state": {"state": "solved"},
        "merge": {"into": "p3"},
        "apart": {"other": "p3"},
    }.items():
        late = await first.post(f"/problems/p1/{act}", {**form, "seen": seen})
        assert late.status_code == 409, act
        assert "Эту проблему уже объединили с другой" in late.text, act
        assert "Ямы: ул. Мира" in late.text, "what it is now is shown"
    assert (
        'action="/problems/p2/name"'
        in (await first.post("/problems/p1/name", {"name": "Моё имя", "seen": seen})).text
    )
    assert await acts(engine, "p1") == ["merged"]
    assert await acts(engine, "p3") == []
    read = await engine.get(Index.PROBLEMS, "p2")
    assert read
    assert read.source["state"] == ProblemState.NEW


async def test_two_who_do_different_things_do_not_disturb_each_other(
    first: Visitor, second: Visitor, engine: Engine
) -> None:
    seen = await shown(first, "/problems/p1")
    for visitor, act, form in (
        (second, "name", {"name": "Ямы у школы"}),
        (first, "state", {"state": "in_work"}),
        (second, "owner", {"owner": HEAD.name}),
        (first, "out", {"case": "case-1"}),
        (second, "out", {"case": "case-2"}),
        (first, "in", {"number": "26-000005"}),
        (second, "name", {"name": "Ямы у школы"}),
    ):
        answer = await visitor.post(f"/problems/p1/{act}", {**form, "seen": seen})
        assert answer.status_code == 303, act
    assert await acts(engine, "p1") == [
        *("renamed", "state", "owned", "taken_out", "taken_out", "put_in"),
    ]


async def test_nonsense_in_place_of_what_was_seen_is_refused_in_russian(first: Visitor) -> None:
    for seen in ("x", "-1", "1" * 12):
        refused = await first.post("/problems/p1/name", {"name": "Моё", "seen": seen})
        assert refused.status_code == 400
        assert "Страница устарела" in refused.text
