"""Whom an action names must be there and have the right; departments are those of the book."""

from typing import Any

import pytest
from msgspec.structs import replace

from app.accounts import repository
from app.accounts.kept import Colleague, forget_people, kept
from app.accounts.models import User
from app.accounts.roles import Role
from app.cases.directory import read_directory
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


async def test_lists_ask_for_the_people_once_in_some_seconds(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    await repository.create(engine, user("petrova", Role.OPERATOR))
    search, asked = engine.search, []

    async def counting(index: Index, *args: Any, **options: Any) -> Any:
        asked.append(index)
        return await search(index, *args, **options)

    monkeypatch.setattr(engine, "search", counting)
    for _ in range(5):
        directory = await read_directory(engine, COORDINATOR)
        assert directory.people == {"petrova": "Петрова А."}
    assert asked.count(Index.USERS) == 1
    made = await repository.create(engine, user("ivanov", Role.OPERATOR))
    assert set((await read_directory(engine, COORDINATOR)).people) == {"petrova", "ivanov"}
    await repository.replace(engine, made, replace(made.user, active=False))
    assert (await read_directory(engine, COORDINATOR)).former == {"ivanov": "Петрова А."}
    assert asked.count(Index.USERS) == 3


async def test_people_read_before_a_change_are_not_kept_after_it(engine: Engine) -> None:
    async def slow() -> tuple[Colleague, ...]:
        forget_people(engine)  # somebody is made while the list is being read
        return ()

    assert await kept(engine, "colleagues", slow) == ()
    await repository.create(engine, user("petrova", Role.OPERATOR))
    assert set((await read_directory(engine, COORDINATOR)).people) == {"petrova"}
