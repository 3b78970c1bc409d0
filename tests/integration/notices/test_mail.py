"""Letters in a real mail server: once each, never in quiet hours, none lost."""

import asyncio
import os
import signal
import ssl
import subprocess
import sys
import threading
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import AuthResult
from msgspec.structs import replace
from pydantic import SecretStr

from app.accounts import repository
from app.accounts.models import NoticeChoices
from app.engine.client import Engine
from app.engine.names import Index
from app.notices.mailing import CLAIM
from app.notices.models import MailState, notice_id
from app.notices.results import Letters
from app.notices.service import letters, read_notice
from app.notices.smtp import MailAwayError
from app.settings import ROOT, Settings, get_settings
from app.viewer import Viewer
from indexers.notices.digest import make_digests, send_digests
from indexers.notices.lost import settle_lost
from indexers.notices.project import project_due_notices
from indexers.notices.send import send_due
from tests.casework import store
from tests.noticing import (
    NOON,
    add_person,
    noticed,
    notices,
    shifted,
    states,
    telling_case,
    with_mail,
)
from tests.smtp_server import Post, free_port, mail_server

LATER = NOON + timedelta(seconds=1)


async def test_what_came_together_is_one_letter_however_many_send_it(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    people = ["ivanova", "petrova", "sidorova"]
    for login in people:
        await add_person(engine, login)
    await noticed(engine, mailing, *people, cases=4)
    sent = await asyncio.gather(*(send_due(engine, mailing, now=LATER) for _ in range(4)))
    assert await send_due(engine, mailing, now=LATER) == 0
    assert await send_due(engine, mailing, now=shifted(48)) == 0
    told = {login: "".join(one.get_content() for one in post.to(login)) for login in people}
    for login in people:
        for case_number in range(4):
            link = notice_id(f"case-{case_number}", 2, login)
            assert told[login].count(link) == 1, "each notice stands in one letter"
    assert sum(sent) == len(post.letters)
    names = [one["Message-ID"] for one in post.letters]
    assert len(set(names)) == len(names)
    assert await states(engine) == {MailState.SENT}
    for letter in post.letters:
        for secret in ("Яма", "Ленина", "Сидоров", "9991234567"):
            assert secret not in letter.get_content()


async def test_one_worker_sends_one_letter_a_person(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    await add_person(engine, "ivanova")
    await noticed(engine, mailing, "ivanova", cases=4)
    assert await send_due(engine, mailing, now=LATER) == 1
    assert "4 уведомления" in post.letters[0]["Subject"]


async def test_in_quiet_hours_there_is_no_letter_and_after_them_there_is(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    quiet = NoticeChoices(quiet_from="11:00", quiet_until="15:00", digest_at=None)
    await add_person(engine, "ivanova", notify=quiet)
    await noticed(engine, mailing, "ivanova")
    for hours in (0, 1, 2.9):
        assert await send_due(engine, mailing, now=shifted(hours)) == 0
    assert post.letters == []
    assert await send_due(engine, mailing, now=shifted(3)) == 1
    assert len(post.letters) == 1


async def test_quiet_hours_chosen_after_the_event_count_too(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    await add_person(engine, "ivanova")
    await noticed(engine, mailing, "ivanova")
    stored = await repository.get(engine, "ivanova")
    assert stored is not None
    quiet = NoticeChoices(quiet_from="11:00", quiet_until="15:00")
    await repository.replace(engine, stored, replace(stored.user, notify=quiet))
    assert await send_due(engine, mailing, now=LATER) == 0
    assert post.letters == []
    assert await send_due(engine, mailing, now=shifted(3)) == 1


async def test_what_was_read_in_the_app_is_not_written(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    await add_person(engine, "ivanova")
    await noticed(engine, mailing, "ivanova", cases=2)
    await read_notice(engine, Viewer("ivanova"), notice_id("case-0", 2, "ivanova"), NOON)
    assert await send_due(engine, mailing, now=LATER) == 1
    assert post.letters[0]["Subject"].startswith("№ 26-000001: ")


async def test_a_dead_server_loses_nothing(engine: Engine, settings: Settings) -> None:
    port = free_port()
    mailing = with_mail(settings, port)
    await add_person(engine, "ivanova")
    await noticed(engine, mailing, "ivanova", cases=3)
    before = await notices(engine)
    for hours in (0, 5, 30):
        with pytest.raises(MailAwayError):
            await send_due(engine, mailing, now=shifted(hours + 0.1))
    assert await notices(engine) == before, "nothing was claimed"
    assert await letters(engine, shifted(0.05)) == Letters(waiting=3, late=0, lost=0)
    assert await letters(engine, shifted(0.1)) == Letters(waiting=3, late=3, lost=0)
    with mail_server(port) as post:
        assert await send_due(engine, mailing, now=shifted(31)) == 1
        assert len(post.letters) == 1
    assert await states(engine) == {MailState.SENT}


@pytest.mark.parametrize("step", ["recipient", "data"])
async def test_a_refusal_for_now_is_tried_again_later(
    engine: Engine, mailing: Settings, post: Post, step: str
) -> None:
    await add_person(engine, "ivanova")
    await noticed(engine, mailing, "ivanova")
    if step == "data":
        post.data_answer = "451 Try later"
    else:
        post.refused["ivanova@example.org"] = "450 Greylisted"
    assert await send_due(engine, mailing, now=LATER) == 0
    [notice] = await notices(engine)
    assert notice.mail.state is MailState.DUE
    assert notice.mail.error == f"{step}_{451 if step == 'data' else 450}"
    assert notice.mail.tries == 1
    post.data_answer = ""
    post.refused.clear()
    assert await send_due(engine, mailing, now=NOON + timedelta(seconds=30)) == 0, "a minute first"
    assert await send_due(engine, mailing, now=NOON + timedelta(minutes=2)) == 1
    assert len(post.letters) == 1


async def test_a_refusal_for_good_fails_for_one_and_not_for_others(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    for login in ("ivanova", "petrova", "sidorova"):
        await add_person(engine, login)
    await noticed(engine, mailing, "ivanova", "petrova", "sidorova")
    post.refused["ivanova@example.org"] = "550 No such user"
    assert await send_due(engine, mailing, now=LATER) == 2
    assert await send_due(engine, mailing, now=shifted(30)) == 0
    found = {one.login: one.mail for one in await notices(engine)}
    assert (found["ivanova"].state, found["ivanova"].error) == (MailState.FAILED, "recipient_550")
    assert await letters(engine, shifted(1)) == Letters(waiting=0, late=0, lost=1)
    assert await letters(engine, shifted(24 * 8)) == Letters(waiting=0, late=0, lost=0)
    assert found["petrova"].state is found["sidorova"].state is MailState.SENT


_SENDER = """
import anyio, sys
from datetime import datetime
from app.engine.client import Engine
from app.settings import get_settings
from indexers.notices.send import send_due

async def main():
    settings = get_settings()
    engine = Engine(settings)
    await send_due(engine, settings, now=datetime.fromisoformat(sys.argv[1]))

anyio.run(main)
"""


async def test_a_worker_killed_while_sending_sends_nothing_twice(
    engine: Engine, mailing: Settings, post: Post
) -> None:
    """The server has the letter, the worker dies before it hears so: nobody sends it again, and
    the digest says that it is not known whether it came.
    """
    await add_person(engine, "ivanova", notify=NoticeChoices(quiet_from=None, quiet_until=None))
    await noticed(engine, mailing, "ivanova")
    post.hold = threading.Event()
    environment = {
        **os.environ,
        "OTKLIK_SMTP_HOST": "127.0.0.1",
        "OTKLIK_SMTP_PORT": str(post.port),
        "OTKLIK_SMTP_SECURITY": "none",
        "OTKLIK_SMTP_FROM": "otklik@example.org",
    }
    worker = subprocess.Popen(  # noqa: ASYNC220 - it has to be killed
        [sys.executable, "-c", _SENDER, LATER.isoformat()], cwd=ROOT, env=environment
    )
    assert await asyncio.to_thread(post.received.wait, 60)
    worker.send_signal(signal.SIGKILL)
    await asyncio.to_thread(worker.wait)
    post.hold.set()
    post.hold = None
    assert await states(engine) == {MailState.SENDING}
    assert await settle_lost(engine, LATER + timedelta(minutes=1)) == 0, "it may be alive"
    over = LATER + CLAIM + timedelta(minutes=1)
    await engine.refresh(Index.NOTICES)
    assert await settle_lost(engine, over) == 1
    assert await send_due(engine, mailing, now=over) == 0
    assert await states(engine) == {MailState.UNSURE}
    await make_digests(engine, mailing, now=over)
    assert await send_digests(engine, mailing, now=over) == 1
    assert len(post.letters) == 2
    assert "письмо, возможно, не дошло" in post.letters[1].get_content()


def certificate(folder: Path) -> tuple[Path, ssl.SSLContext]:
    """Of a server called 127.0.0.1, signed by itself."""
    key, cert = folder / "key.pem", folder / "cert.pem"
    names = ["-subj", "/CN=127.0.0.1", "-addext", "subjectAltName=IP:127.0.0.1"]
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", *names]
    subprocess.run([*words, "-keyout", key, "-out", cert], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    return cert, context


async def test_encryption_and_sign_in_are_asked_for_and_never_done_without(
    engine: Engine, settings: Settings, tmp_path: Path
) -> None:
    def signs_in(*given: Any) -> AuthResult:
        data = given[-1]
        right = data.login == b"otklik" and data.password == b"secret"
        return AuthResult(success=right, handled=False)

    cert, context = await asyncio.to_thread(certificate, tmp_path)
    await add_person(engine, "ivanova")
    options = {"auth_required": True, "authenticator": signs_in}
    with mail_server(tls_context=context, require_starttls=True, **options) as post:
        plain = with_mail(settings, post.port)
        await noticed(engine, plain, "ivanova")
        safe = plain.model_copy(
            update={
                "smtp_security": "starttls",
                "smtp_ca": cert,
                "smtp_user": "otklik",
                "smtp_password": SecretStr("secret"),
            }
        )
        for wrong in (
            {"smtp_ca": None},
            {"smtp_password": SecretStr("guess")},
            {"smtp_host": "localhost"},
        ):
            with pytest.raises(MailAwayError):
                await send_due(engine, safe.model_copy(update=wrong), now=LATER)
        assert await states(engine) == {MailState.DUE}
        assert await send_due(engine, safe, now=LATER) == 1
        assert len(post.letters) == 1
    await store(engine, telling_case(7, "ivanova"))
    await project_due_notices(engine, plain, now=NOON)
    with mail_server() as bare:  # a server without encryption
        unsafe = safe.model_copy(update={"smtp_port": bare.port})
        with pytest.raises(MailAwayError):
            await send_due(engine, unsafe, now=LATER)
        assert bare.letters == []


async def test_the_actors_do_all_of_it_and_nothing_by_a_second_run(
    engine: Engine, settings: Settings, post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As the scheduler and the sites ring for them, whole."""
    from workers.actors import notices as actors

    environment = {"HOST": "127.0.0.1", "PORT": str(post.port), "SECURITY": "none"}
    for name, value in {**environment, "FROM": "otklik@example.org"}.items():
        monkeypatch.setenv(f"OTKLIK_SMTP_{name}", value)
    get_settings.cache_clear()
    monkeypatch.setattr(actors, "now", lambda: LATER)
    await add_person(engine, "ivanova")
    await store(engine, *(telling_case(one, "ivanova") for one in range(3)))
    for _ in range(2):
        await asyncio.to_thread(actors.project_notices.fn, "case-0")
        await asyncio.to_thread(actors.sweep_notices.fn)
        await asyncio.gather(*(asyncio.to_thread(actors.send_letters.fn) for _ in range(2)))
    found = await notices(engine, "ivanova")
    assert [one.mail.state for one in found] == [MailState.SENT] * 3
    told = "".join(one.get_content() for one in post.letters)
    assert [told.count(one.id) for one in found] == [1, 1, 1]
