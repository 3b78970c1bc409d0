"""When a letter goes: quiet hours, the digest's day and hour; and what is in it."""

from datetime import UTC, date, datetime, timedelta
from email import message_from_bytes, policy
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from app.accounts.models import DigestDays, NoticeChoices, User, Way
from app.accounts.roles import Role
from app.deadlines.days import table_of
from app.deadlines.shipped import DEFAULT_CALENDAR
from app.notices import mailing
from app.notices.choices import form_of
from app.notices.fates import after
from app.notices.letters import BadAddressError, DayCounts, digest_letter, notices_letter
from app.notices.models import Mail, MailState, Notice, NoticeKind, notice_id
from app.notices.planning import after_quiet, digest_day, planned
from app.notices.smtp import Fate, Told
from app.settings import Settings
from tests.casework import NOW, ZONE

TABLE = table_of(DEFAULT_CALENDAR)
HOURS = st.integers(0, 47).map(lambda half: f"{half // 2:02d}:{half % 2 * 30:02d}")
MOMENTS = st.datetimes(datetime(2025, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))  # noqa: DTZ001 - hypothesis adds the zone
MAIL = Settings(
    smtp_host="mail.example.org", smtp_from="otklik@example.org", base_url="http://127.0.0.1:8000"
)


def user(**fields: object) -> User:
    given: dict[str, object] = {"name": "Петрова Анна", "email": "anna@example.org", **fields}
    return User(
        login="anna",
        roles=[Role.COORDINATOR],
        created_at=NOW,
        updated_at=NOW,
        created_by="test",
        **given,  # type: ignore[arg-type]
    )


def notice(number: int = 1, **fields: object) -> Notice:
    made = Notice(
        id=notice_id(f"case-{number}", 2, "anna"),
        login="anna",
        case_id=f"case-{number}",
        number=f"26-{number:06d}",
        seq=2,
        rev=1,
        what="assign",
        at=NOW,
        by="boss",
        due_at=NOW + timedelta(hours=4),
    )
    return replace(made, **fields)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.parametrize(
    ("since", "until", "now", "expected"),
    [
        ("21:00", "08:00", "2026-03-10T20:59", "2026-03-10T20:59"),
        ("21:00", "08:00", "2026-03-10T21:00", "2026-03-11T08:00"),
        ("21:00", "08:00", "2026-03-11T00:00", "2026-03-11T08:00"),
        ("21:00", "08:00", "2026-03-11T07:59", "2026-03-11T08:00"),
        ("21:00", "08:00", "2026-03-11T08:00", "2026-03-11T08:00"),
        ("12:00", "13:00", "2026-03-11T12:30", "2026-03-11T13:00"),
        ("12:00", "13:00", "2026-03-11T13:00", "2026-03-11T13:00"),
        ("00:00", "06:00", "2026-12-31T00:00", "2026-12-31T06:00"),
        ("22:00", "00:00", "2026-12-31T23:30", "2027-01-01T00:00"),
        ("09:00", "09:00", "2026-03-11T09:00", "2026-03-11T09:00"),
        (None, None, "2026-03-11T03:00", "2026-03-11T03:00"),
    ],
)
def test_quiet_hours(since: str | None, until: str | None, now: str, expected: str) -> None:
    choices = NoticeChoices(quiet_from=since, quiet_until=until)
    assert after_quiet(choices, at(now), ZONE) == at(expected)


@given(since=HOURS, until=HOURS, now=MOMENTS)
def test_after_quiet_hours_nothing_is_quiet(since: str, until: str, now: datetime) -> None:
    choices = NoticeChoices(quiet_from=since, quiet_until=until)
    moment = after_quiet(choices, now, ZONE)
    assert now <= moment <= now + timedelta(days=1)
    assert after_quiet(choices, moment, ZONE) == moment


@given(since=HOURS, until=HOURS, now=MOMENTS)
def test_quiet_hours_are_those_of_the_towns_own_clock(
    since: str, until: str, now: datetime
) -> None:
    """The same wall clock in another zone is as quiet."""
    kamchatka = ZoneInfo("Asia/Kamchatka")
    choices = NoticeChoices(quiet_from=since, quiet_until=until)
    there = now.astimezone(ZONE).replace(tzinfo=kamchatka)
    moved = after_quiet(choices, there, kamchatka).astimezone(kamchatka)
    here = after_quiet(choices, now, ZONE).astimezone(ZONE)
    assert moved.replace(tzinfo=None) == here.replace(tzinfo=None)


@pytest.mark.parametrize(
    ("days", "now", "expected"),
    [
        (DigestDays.WORKING, "2026-03-10T08:29", None),
        (DigestDays.WORKING, "2026-03-10T08:30", date(2026, 3, 10)),
        (DigestDays.WORKING, "2026-03-10T23:59", date(2026, 3, 10)),
        (DigestDays.WORKING, "2026-03-11T00:00", None),
        (DigestDays.WORKING, "2026-03-14T12:00", None),
        (DigestDays.WORKING, "2026-05-01T12:00", None),
        (DigestDays.WORKING, "2025-11-01T12:00", date(2025, 11, 1)),
        (DigestDays.EVERY, "2026-03-14T12:00", date(2026, 3, 14)),
        (DigestDays.EVERY, "2026-05-01T08:30", date(2026, 5, 1)),
    ],
)
def test_the_day_of_a_digest(days: DigestDays, now: str, expected: date | None) -> None:
    choices = NoticeChoices(digest_at="08:30", digest_days=days)
    assert digest_day(choices, at(now), ZONE, TABLE) == expected


def test_without_an_hour_there_is_no_digest() -> None:
    choices = NoticeChoices(digest_at=None, digest_days=DigestDays.EVERY)
    assert digest_day(choices, at("2026-03-10T23:59"), ZONE, TABLE) is None


def test_a_letter_is_planned_by_what_was_chosen() -> None:
    noon = at("2026-03-10T12:00")

    def state(one: User, *, on: bool = True) -> MailState:
        return planned(one, "assign", noon, ZONE, mail_on=on).state

    assert state(user()) is MailState.DUE
    assert state(user(), on=False) is MailState.NONE
    assert state(user(email=None)) is MailState.NONE
    digest = NoticeChoices(ways={"hands": Way.DIGEST})
    assert state(user(notify=digest)) is MailState.DIGEST
    assert state(user(notify=replace(digest, digest_at=None))) is MailState.NONE
    assert state(user(notify=NoticeChoices(ways={"hands": Way.NEVER}))) is MailState.NONE
    assert state(user(notify=NoticeChoices(ways={"asked": Way.NEVER}))) is MailState.DUE


def test_the_form_gives_back_what_is_kept() -> None:
    kept = NoticeChoices(
        ways={kind.value: Way.NEVER for kind in NoticeKind}, digest_days=DigestDays.EVERY
    )
    for choices in (kept, NoticeChoices()):
        assert form_of(choices).choices() == choices


def test_pauses_grow_and_end_at_an_hour() -> None:
    mail, pauses = Mail(state=MailState.DUE), []
    for _ in range(12):
        mail = mailing.delayed(mail, NOW, "rcpt_451")
        assert mail.state is MailState.DUE
        assert mail.due_at
        pauses.append((mail.due_at - NOW) // timedelta(minutes=1))
    assert pauses == [1, 2, 4, 8, 16, 32, *[60] * 6]


@pytest.mark.parametrize("fate", list(Fate))
def test_every_fate_ends_the_claim(fate: Fate) -> None:
    mail = mailing.claimed(Mail(state=MailState.DUE), NOW)
    assert mailing.is_lost(mail, NOW + mailing.CLAIM + timedelta(seconds=1))
    assert not mailing.is_lost(mail, NOW + mailing.CLAIM)
    ended = after(Told(fate), mail, NOW)
    assert ended.claimed_until is None
    assert ended.state is not MailState.SENDING


def read(letter: bytes) -> tuple[str, str, str]:
    message = message_from_bytes(letter, policy=policy.default)
    return message["Subject"], message["Message-ID"], message.get_content()


def test_a_letter_names_the_number_and_the_way() -> None:
    subject, name, body = read(notices_letter(MAIL, user(), [notice()], NOW))
    assert subject == "№ 26-000001: Назначено обращение"
    assert name.endswith("@127.0.0.1>")
    assert f"http://127.0.0.1:8000/notices/{notice().id}" in body
    assert "Срок: 10.03.2026\xa016:00." in body
    assert "/me/notices" in body


def test_several_notices_are_one_letter_under_a_name_of_its_own() -> None:
    several = [notice(one) for one in range(1, 6)]
    subject, name, body = read(notices_letter(MAIL, user(), several, NOW))
    numbers = "№ 26-000001, № 26-000002, № 26-000003 и другие"
    assert subject == f"Отклик: 5 уведомлений, {numbers}"
    assert all(one.id in body for one in several)
    again = read(notices_letter(MAIL, user(), several[::-1], NOW + timedelta(hours=1)))[1]
    assert again == name
    assert read(notices_letter(MAIL, user(), several[:2], NOW))[1] != name


def test_a_hundred_notices_are_not_a_letter_of_a_hundred() -> None:
    body = read(notices_letter(MAIL, user(), [notice(one) for one in range(120)], NOW))[2]
    assert body.count("/notices/") == 50
    assert "И ещё 70" in body


def test_a_digest_tells_numbers_and_what_did_not_arrive() -> None:
    lost = notice(mail=Mail(state=MailState.UNSURE))
    counts = DayCounts(overdue=3, today=1, mine=12, unread=4)
    letter = digest_letter(MAIL, user(), date(2026, 3, 10), counts, [lost], NOW)
    subject, _, body = read(letter)
    assert subject == "Отклик: сводка за 10.03.2026"
    assert "Просрочено: 3  http://127.0.0.1:8000/work?queue=overdue" in body
    assert "Непрочитанных уведомлений: 4" in body
    assert "письмо, возможно, не дошло" in body


@given(
    number=st.text(max_size=40),
    to=st.text(max_size=40),
    name=st.text(min_size=1, max_size=40),
)
def test_no_text_adds_a_header(number: str, to: str, name: str) -> None:
    evil = replace(notice(), number=f"1\r\nBcc: x@example.org\n{number}", to=to)
    letter = notices_letter(MAIL, user(name=f"{name}\r\nBcc: y@example.org"), [evil], NOW)
    message = message_from_bytes(letter, policy=policy.default)
    assert set(message.keys()) == {
        "From",
        "To",
        "Subject",
        "Date",
        "Message-ID",
        "Auto-Submitted",
        "Content-Type",
        "Content-Transfer-Encoding",
        "MIME-Version",
    }
    assert message["To"] == "anna@example.org"


@pytest.mark.parametrize(
    "address",
    [
        "anna@example.org\r\nBcc: x@example.org",
        "anna@example.org, x@example.org",
        "anna",
        "",
        "a b@example.org",
        "anna@example.org\n",
        "почта@пример.рф",
    ],
)
def test_an_address_that_is_none_gets_no_letter(address: str) -> None:
    with pytest.raises(BadAddressError):
        notices_letter(MAIL, user(email=address), [notice()], NOW)
