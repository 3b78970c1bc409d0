"""The daily digest in a real mail server: at its hour, once a day and person."""

import asyncio
from datetime import timedelta

import pytest
from msgspec.structs import replace

from app.accounts.models import NoticeChoices, Way
from app.engine.client import Engine
from app.notices.models import MailState, notice_id
from app.notices.smtp import MailAwayError
from app.settings import Settings
from indexers.notices.digest import make_digests, send_digests
from indexers.notices.send import send_due
from tests.noticing import NOON, add_person, noticed, shifted, states, with_mail
from tests.smtp_server import Post, free_port, mail_server

LATER = NOON + timedelta(seconds=1)

DIGEST = NoticeChoices(
    ways={"hands": Way.DIGEST}, quiet_from=None, quiet_until=None, digest_at="14:00"
)
"""Everything waits for two o'clock, that is, two hours after noon."""


async def test_the_digest_comes_at_its_hour_once_a_day_and_person(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    for login in ("ivanova", "petrova"):
        await add_person(engine, login, notify=DIGEST)
    await noticed(engine, mailing, "ivanova", "petrova", cases=2)
    assert await send_due(engine, mailing, now=shifted(1)) == 0
    assert await make_digests(engine, mailing, now=shifted(1.99)) == 0
    made = await asyncio.gather(*(make_digests(engine, mailing, now=shifted(2)) for _ in range(3)))
    assert sum(made) == 2
    sent = await asyncio.gather(*(send_digests(engine, mailing, now=shifted(2)) for _ in range(3)))
    assert sum(sent) == len(post.letters) == 2
    for hours in (2, 3, 9):
        assert await make_digests(engine, mailing, now=shifted(hours)) == 0
        assert await send_digests(engine, mailing, now=shifted(hours)) == 0
    for login in ("ivanova", "petrova"):
        [letter] = post.to(login)
        assert "сводка за 10.03.2026" in letter["Subject"]
        text = letter.get_content()
        assert all(notice_id(f"case-{one}", 2, login) in text for one in range(2))
        assert "Непрочитанных уведомлений: 2" in text
    assert await make_digests(engine, mailing, now=shifted(26)) == 2
    assert await send_digests(engine, mailing, now=shifted(26)) == 2
    for letter in post.letters[2:]:
        assert "Что произошло" not in letter.get_content(), "another day does not tell it again"


async def test_with_nothing_to_tell_there_is_no_digest(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    await add_person(engine, "ivanova", notify=DIGEST)
    assert await make_digests(engine, mailing, now=shifted(2)) == 1
    assert await send_digests(engine, mailing, now=shifted(2)) == 0
    assert post.letters == []


async def test_a_digest_late_by_a_dead_server_keeps_quiet_hours_and_repeats_nothing(
    engine: Engine, settings: Settings
) -> None:
    port = free_port()
    mailing = with_mail(settings, port)
    choices = replace(DIGEST, quiet_from="21:00", quiet_until="08:00")
    await add_person(engine, "ivanova", notify=choices)
    await noticed(engine, mailing, "ivanova")
    for day in (0, 24):
        await make_digests(engine, mailing, now=shifted(day + 2))
        with pytest.raises(MailAwayError):
            await send_digests(engine, mailing, now=shifted(day + 2.1))
    with mail_server(port) as post:
        assert await send_digests(engine, mailing, now=shifted(38)) == 0, "two o'clock at night"
        assert await send_digests(engine, mailing, now=shifted(45)) == 2
        link = notice_id("case-0", 2, "ivanova")
        assert sum(one.get_content().count(link) for one in post.letters) == 1


async def test_a_letter_that_failed_is_told_in_the_digest(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    await add_person(engine, "ivanova", notify=replace(DIGEST, ways={}))
    await noticed(engine, mailing, "ivanova")
    post.data_answer = "554 Looks like spam"
    assert await send_due(engine, mailing, now=LATER) == 0
    assert await states(engine) == {MailState.FAILED}
    post.data_answer = ""
    await make_digests(engine, mailing, now=shifted(2))
    assert await send_digests(engine, mailing, now=shifted(2)) == 1
    assert "письмо не дошло" in post.letters[0].get_content()
