"""The rules of passwords: what is refused and why, when a change is due, one-time ones."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.accounts import passwords
from app.accounts.models import User
from app.accounts.pages import local_next
from app.accounts.passwords import (
    change_is_due,
    check_password,
    check_rules,
    expires_at,
    hash_password,
    new_password,
    next_history,
)
from app.accounts.roles import Role
from app.errors import BadInputError
from app.settings import Settings
from app.web.urls import local_path

NOW = datetime(2026, 11, 26, 12, tzinfo=UTC)


def person(**more: Any) -> User:
    return User(
        **{
            "login": "ivanova",
            "name": "Иванова Мария",
            "roles": [Role.OPERATOR],
            "created_at": NOW,
            "created_by": "test",
            "updated_at": NOW,
            **more,
        }
    )


@pytest.mark.parametrize(
    ("password", "reason"),
    [
        ("Кот-9", "короче, чем нужно: хотя бы 10"),
        ("а" * 201, "длиннее 200"),
        ("просто слова без цифр", "видов знаков: 2, а нужно 3"),
        ("Ааааа1111111", "слишком много одинаковых"),
        ("Ivanova-2026", "есть логин"),
    ],
)
async def test_a_weak_password_is_told_what_is_missing(password: str, reason: str) -> None:
    with pytest.raises(BadInputError) as refused:
        await check_rules(Settings(), person(), password)
    assert reason in refused.value.message.replace("\u00a0", " ")
    assert refused.value.field == "password"


@pytest.mark.parametrize("password", ["Ромашка-на-лугу", "correct Horse 7", "Пароль2026!"])
async def test_a_sound_password_is_taken(password: str) -> None:
    await check_rules(Settings(), person(), password)


async def test_the_present_and_the_last_passwords_cannot_come_back() -> None:
    settings, user = Settings(password_history=1), person()
    for number in range(3):
        hashed = await hash_password(f"Ромашка-{number}-лугу")
        user = person(password_hash=hashed, password_history=next_history(settings, user))
    for number in (1, 2):
        with pytest.raises(BadInputError, match="уже был"):
            await check_rules(settings, user, f"Ромашка-{number}-лугу")
    await check_rules(settings, user, "Ромашка-0-лугу")


async def test_one_letter_typed_two_ways_is_one_letter() -> None:
    """«й» of a Mac is two signs."""
    user = person(password_hash=await hash_password("Чайник-2026"))
    assert (await check_password(user, "Чаи\u0306ник-2026")).right


async def test_whoever_is_stopped_or_has_no_password_never_matches() -> None:
    hashed = await hash_password("Ромашка-на-лугу-7")
    assert not (
        await check_password(person(password_hash=hashed, active=False), "Ромашка-на-лугу-7")
    ).right
    assert not (await check_password(person(), "")).right
    assert not (await check_password(None, "")).right
    assert not (await check_password(person(password_hash="not a hash"), "x")).right


def test_one_time_passwords_pass_the_strictest_rules_and_differ() -> None:
    made = [new_password() for _ in range(200)]
    assert len(set(made)) == 200
    strict = Settings(password_kinds=4, password_min_length=16)
    assert not [one for one in made if passwords._weakness(strict, person(), one)]
    assert not [one for one in made if set(one) & set("0O1lIi")]


@pytest.mark.parametrize(
    ("roles", "settings", "days"),
    [
        ([Role.OPERATOR], {}, 180),
        ([Role.OPERATOR, Role.ADMINISTRATOR], {}, 60),
        ([Role.OPERATOR], {"password_days": 0}, None),
        ([Role.ADMINISTRATOR], {"password_days": 0}, 60),
        ([Role.ADMINISTRATOR], {"password_days_admin": 0}, None),
    ],
)
def test_the_age_of_a_password(
    roles: list[Role], settings: dict[str, int], days: int | None
) -> None:
    user = person(roles=roles, password_hash="x", password_at=NOW)
    until = expires_at(Settings(**settings), user)
    assert until == (NOW + timedelta(days=days) if days is not None else None)
    later = NOW + timedelta(days=days or 10_000)
    assert change_is_due(Settings(**settings), user, later) is (days is not None)
    assert not change_is_due(Settings(**settings), user, NOW)
    assert change_is_due(Settings(**settings), person(must_change_password=True), NOW)


@given(st.text(max_size=60))
def test_next_is_always_a_page_of_ours(address: str) -> None:
    kept = local_next(address)
    assert kept.startswith("/")
    assert not kept.startswith(("//", "/\\", "/sign-in"))
    assert local_path(f"http://site{kept}", "site") is not None
