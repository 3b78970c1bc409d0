"""«Уведомления»: what is unread first, each opens its case, nobody's are shown to another."""

import re
from collections.abc import AsyncIterator

import pytest
from msgspec import to_builtins
from msgspec.structs import replace

from app.accounts import repository
from app.accounts.models import DigestDays, NoticeChoices, Way
from app.engine import writer
from app.engine.client import Engine
from app.engine.names import Index
from app.notices import params as params_module
from app.notices import service
from app.notices.models import MailState, Notice, NoticeKind, notice_id
from app.notices.service import count_unread
from app.secret_key import StartRefusedError
from app.settings import Settings
from indexers.notices.project import project_due_notices
from tests.casework import NOW, store
from tests.factories import open_session, sessions_of, site
from tests.noticing import add_person, notices, telling_case
from tests.web.people import Visitor, visiting

_TOLD = re.compile(r'class="notice-told" id="notice-(\w+)"')
_NEXT = re.compile(r'rel="next" href="([^"]+)"')


@pytest.fixture
async def olga(engine: Engine, settings: Settings) -> AsyncIterator[Visitor]:
    """Signed in; she has 45 notices of two kinds, the 44 first of which are unread."""
    user = await add_person(engine, "olga", notify=NoticeChoices())
    await add_person(engine, "petr")
    cases = [
        telling_case(one, "olga", "petr", what="ask" if one % 3 else "deadline_overdue")
        for one in range(45)
    ]
    await store(engine, *cases)
    mailing = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_from": "o@e.org"})
    await project_due_notices(engine, mailing, now=NOW)
    async with visiting(site(settings, None)) as visitor:
        visitor.set_session(*(await open_session(settings, user)).values())
        await visitor.get(f"/notices/{notice_id('case-44', 2, 'olga')}")
        yield visitor


def shown(text: str) -> list[str]:
    return _TOLD.findall(text)


async def test_pages_hold_each_notice_once_unread_first(olga: Visitor, engine: Engine) -> None:
    first = (await olga.get("/notices")).text
    found = _NEXT.search(first)
    assert found
    second = (await olga.get(found[1].replace("&amp;", "&"))).text
    ids = shown(first) + shown(second)
    assert len(shown(first)) == 30
    assert sorted(ids) == sorted(one.id for one in await notices(engine, "olga"))
    assert ids[-1] == notice_id("case-44", 2, "olga"), "what was read is last"
    assert "notice-row is-unread" in second
    assert not _NEXT.search(second)


async def test_every_number_equals_its_list(olga: Visitor) -> None:
    page = (await olga.get("/notices")).text
    tabs = re.findall(r'href="(/notices\?show=unread)"[^>]*>Непрочитанные <span[^>]*>(\d+)<', page)
    kinds = re.findall(
        r'class="chip notice-kind" href="(/notices\?[^"]+)"[^>]*>[^<]+<span[^>]*>(\d+)<', page
    )
    assert len(tabs) == 1
    assert len(kinds) == 2
    for address, number in tabs + kinds:
        count, url = 0, address.replace("&amp;", "&")
        while url:
            text = (await olga.get(url)).text
            count += len(shown(text))
            following = _NEXT.search(text)
            url = following[1].replace("&amp;", "&") if following else ""
        assert count == int(number), address


async def test_a_notice_opens_its_case_and_is_read_by_that(olga: Visitor, engine: Engine) -> None:
    one = notice_id("case-1", 2, "olga")
    before = await count_unread(engine, "olga")
    answer = await olga.get(f"/notices/{one}")
    assert (answer.status_code, answer.headers["location"]) == (303, "/cases/case-1")
    assert await count_unread(engine, "olga") == before - 1
    assert (await olga.get("/cases/case-1")).status_code == 200
    first = next(found for found in await notices(engine, "olga") if found.id == one)
    assert first.read_at is not None
    assert first.mail.state is MailState.NONE, "what was read here needs no letter"
    await olga.get(f"/notices/{one}")
    again = next(found for found in await notices(engine, "olga") if found.id == one)
    assert again == first


async def test_another_persons_notice_is_absent(olga: Visitor, engine: Engine) -> None:
    foreign = notice_id("case-1", 2, "petr")
    for answer in (
        await olga.get(f"/notices/{foreign}"),
        await olga.post(f"/notices/{foreign}/read"),
        await olga.get("/notices/nothing"),
    ):
        assert answer.status_code == 404
    assert await count_unread(engine, "petr") == 45


async def test_one_and_all_are_marked_and_lead_back(olga: Visitor, engine: Engine) -> None:
    one = notice_id("case-1", 2, "olga")
    back = {"back": "/notices?show=unread"}
    answer = await olga.post(f"/notices/{one}/read", back)
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices?show=unread")
    assert one not in (await olga.get("/notices?show=unread")).text
    away = await olga.post(f"/notices/{one}/read", {"back": "//evil.example/notices"})
    assert away.headers["location"] == "/notices"
    assert (await olga.post("/notices/read", back)).status_code == 303
    assert await count_unread(engine, "olga") == 0
    assert await count_unread(engine, "petr") == 45
    page = (await olga.get("/notices?show=unread")).text
    assert "Таких уведомлений нет" in page
    assert "Отметить все" not in page


async def test_more_than_one_press_reads_the_oldest_first(
    olga: Visitor, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service, "MOST_READ", 40)
    await olga.post("/notices/read")
    assert await count_unread(engine, "olga") == 4
    await olga.post("/notices/read")
    assert await count_unread(engine, "olga") == 0


@pytest.mark.parametrize(
    "address", ["/notices?show=x", "/notices?kind=x", "/notices?after=x", "/notices?after=WzFd"]
)
async def test_a_wrong_address_shows_the_list_and_says_so(olga: Visitor, address: str) -> None:
    answer = await olga.get(address)
    assert answer.status_code == 400
    assert len(shown(answer.text)) == params_module.PAGE


async def test_who_may_not_open_the_case_any_more_learns_nothing(
    olga: Visitor, engine: Engine, settings: Settings
) -> None:
    stored = await repository.get(engine, "olga")
    assert stored is not None
    elsewhere = replace(stored.user, municipalities=["Нижнереченск"])
    await repository.replace(engine, stored, elsewhere)
    async with sessions_of(settings) as sessions:
        await sessions.people_changed()
    await olga.get(f"/notices/{notice_id('case-1', 2, 'olga')}")
    assert (await olga.get("/cases/case-1")).status_code == 404


async def test_a_stranger_is_asked_to_sign_in(settings: Settings, engine: Engine) -> None:
    async with visiting(site(settings, None)) as visitor:
        for address in ("/notices", "/notices/stream", "/me/notices"):
            assert (await visitor.get(address)).status_code in {302, 303, 401}
        events = {"accept": "text/event-stream"}
        assert (await visitor.get("/notices/stream", events)).status_code == 401


def choices(**changes: str) -> dict[str, str]:
    given = {kind.value: "now" for kind in NoticeKind}
    hours = {"quiet_from": "", "quiet_until": "", "digest_at": "", "digest_days": "working"}
    return {**given, **hours, **changes}


async def test_choices_are_kept_and_shown_again(olga: Visitor, engine: Engine) -> None:
    given = choices(asked="never", decided="digest", quiet_from="22:00", quiet_until="07:30")
    given |= {"digest_at": "09:30", "digest_days": "every"}
    answer = await olga.post("/me/notices", given)
    assert answer.headers["location"] == "/me/notices?saved=1"
    stored = await repository.get(engine, "olga")
    assert stored is not None
    assert stored.user.notify == NoticeChoices(
        ways={"asked": Way.NEVER, "decided": Way.DIGEST},
        quiet_from="22:00",
        quiet_until="07:30",
        digest_at="09:30",
        digest_days=DigestDays.EVERY,
    )
    page = (await olga.get("/me/notices?saved=1")).text
    assert "Сохранено." in page
    assert re.search(r'name="asked" value="never"[^>]* checked', page)
    assert '<option value="22:00" selected>' in page
    assert (await olga.get("/notices")).status_code == 200, "the session goes on"


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"hands": "sometimes"}, "Выберите одно из трёх"),
        ({"quiet_from": "22:00"}, "и начало, и конец"),
        ({"quiet_from": "25:00", "quiet_until": "07:00"}, "Выберите час из списка"),
        ({"hands": "digest"}, "Выберите час сводки"),
        ({"digest_days": "never"}, "дни сводки"),
    ],
)
async def test_what_the_form_does_not_offer_is_not_kept(
    olga: Visitor, engine: Engine, wrong: dict[str, str], words: str
) -> None:
    answer = await olga.post("/me/notices", choices(**wrong))
    assert answer.status_code == 400
    assert "Не сохранено" in answer.text
    assert words in answer.text
    stored = await repository.get(engine, "olga")
    assert stored is not None
    assert stored.user.notify == NoticeChoices()


async def test_the_state_tells_of_letters_where_there_is_mail(
    olga: Visitor, engine: Engine, settings: Settings
) -> None:
    mailing = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_from": "o@e.org"})
    for own, words in ((settings, "не настроены"), (mailing, "Писем, не ушедших вовремя")):
        async with visiting(site(own)) as visitor:
            assert words in (await visitor.get("/system")).text
            late = "0.0" if own is settings else "89.0"
            assert f"otklik_late_letters {late}" in (await visitor.get("/metrics")).text


@pytest.mark.parametrize("sender", ["", "otklik", "a@b.org\r\nBcc: x@e.org", "почта@пример.рф"])
def test_a_site_that_could_send_no_letter_does_not_start(settings: Settings, sender: str) -> None:
    wrong = settings.model_copy(update={"smtp_host": "127.0.0.1", "smtp_from": sender})
    with pytest.raises(StartRefusedError, match="OTKLIK_SMTP_FROM"):
        site(wrong)


async def test_growth_is_told_by_what_grows_and_opens_its_page(
    olga: Visitor, engine: Engine
) -> None:
    number = "Ямы, Зареченск — 11 за 3 дня, обычно 2,1"
    grown = Notice(
        id="g1",
        login="olga",
        case_id="p1",
        number=number,
        seq=1,
        what="problem_grows",
        at=NOW,
        by="system",
        rev=1,
    )
    theme = replace(grown, id="g2", case_id="a1", what="theme_grows")
    for one in (grown, theme):
        await writer.create(engine, Index.NOTICES, one.id, to_builtins(one), refresh=True)
    page = (await olga.get("/notices?kind=growth")).text
    assert f">Проблема растёт: {number}<" in page
    assert f'aria-label="Прочитано: Тема растёт: {number}"' in page
    assert f"№ {number}" not in page
    opened = await olga.get("/notices/g1")
    assert opened.headers["location"] == "/problems/p1"
    there = (await olga.get("/notices/g2")).headers["location"]
    assert there == "/problems/growth#alarm-a1"
    choices = (await olga.get("/me/notices")).text
    assert 'name="growth"' in choices
    assert "Сообщений стало заметно больше обычного" in choices
