"""Whom an action names must be there and have the right; departments are those of the book."""

from typing import Any

import pytest

from app.accounts import repository
from app.accounts.models import User
from app.accounts.roles import Role
from app.cases.doing import act
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import BadInputError
from tests.casework import COORDINATOR, HOUSE, NOW, ZONE, action, case, store


def user(login: str, role: Role, **fields: Any) -> User:
    moments = {"created_at": NOW, "updated_at": NOW, "created_by": "test"}
    return User(login=login, name="Петрова Анна", roles=[role], **moments, **fields)


@pytest.mark.parametrize(
    ("login", "words"),
    [
        ("petrovna", "нет. Выберите из списка"),
        ("gone", "больше не работает"),
        ("region", "нет права брать"),
    ],
)
async def test_a_case_is_not_given_to_nobody(engine: Engine, login: str, words: str) -> None:
    await store(engine, case())
    for one in (
        user("petrova", Role.EXECUTOR, department="house"),
        user("gone", Role.EXECUTOR, active=False),
        user("region", Role.CUR),
    ):
        await repository.create(engine, one)
    await engine.refresh(Index.USERS)
    wish = action("assign", department=HOUSE, assignee=login)
    with pytest.raises(BadInputError, match=words) as error:
        await act(engine, COORDINATOR, "case-1", 1, wish, zone=ZONE)
    assert error.value.field == "assignee"
    wish = action("assign", department=HOUSE, assignee="petrova")
    done = await act(engine, COORDINATOR, "case-1", 1, wish, zone=ZONE)
    assert done.case.workflow.assignee == "petrova"
