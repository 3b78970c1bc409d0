"""Notices of growth have no number of a case: how letters and the list call them."""

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import cast

from msgspec.structs import replace

from app.accounts.models import User
from app.accounts.roles import Role
from app.notices.letters import notices_letter
from app.notices.models import Notice, address_of
from app.notices.words import headline
from app.settings import Settings

NOW = datetime(2026, 3, 10, 9, tzinfo=UTC)
SETTINGS = Settings(smtp_from="otklik@example.org")
USER = User(
    login="koord",
    name="Петрова Анна Ивановна",
    roles=[Role.COORDINATOR],
    created_at=NOW,
    created_by="test",
    updated_at=NOW,
    email="koord@example.org",
)
GROWTH = Notice(
    id="n1",
    login="koord",
    case_id="p1",
    number="Ямы, Зареченск — 11 за 3 дня, обычно 2,1",
    seq=1,
    what="problem_grows",
    at=NOW,
    by="system",
    rev=1,
)
ASSIGNED = replace(GROWTH, id="n2", case_id="c1", number="26-000123", what="assign")


def letter(*notices: Notice) -> tuple[str, str]:
    made = notices_letter(SETTINGS, USER, notices, NOW)
    read = cast(EmailMessage, message_from_bytes(made, policy=policy.default))
    return str(read["Subject"]), read.get_content().replace("\r\n", "\n")


def test_growth_is_called_by_what_grows() -> None:
    subject, body = letter(GROWTH)
    assert subject == "Проблема растёт: Ямы, Зареченск — 11 за 3 дня, обычно 2,1"
    assert f"{subject}.\n{SETTINGS.base_url}/notices/n1" in body
    assert "№" not in subject + body


def test_growth_beside_a_case_leaves_the_number_to_the_case() -> None:
    subject, body = letter(GROWTH, ASSIGNED)
    assert subject.endswith("№ 26-000123")
    assert "№ Ямы" not in subject + body
    assert "№ 26-000123: Назначено обращение" in body
    assert headline(ASSIGNED) == "Назначено обращение, № 26-000123"


def test_each_growth_leads_to_its_page() -> None:
    assert address_of(GROWTH) == "/problems/p1"
    theme = replace(GROWTH, case_id="a-20260310", what="theme_grows")
    assert address_of(theme) == "/problems/growth#alarm-a-20260310"
