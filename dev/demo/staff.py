"""The people of the demo town's administration: one for each role, all of them invented."""

from app.accounts import service
from app.accounts.roles import Role
from app.accounts.service import FIRST_LOGIN, NewUser
from app.accounts.sessions import Sessions
from app.engine.client import Engine
from app.errors import ConflictError
from app.viewer import LOCAL_VIEWER

STAFF: tuple[NewUser, ...] = (
    NewUser(login="curator", name="Вершинин Павел Андреевич", roles=[Role.CURATOR]),
    NewUser(login="coordinator", name="Еремеева Ольга Дмитриевна", roles=[Role.COORDINATOR]),
    NewUser(login="incident", name="Туманова Ксения Игоревна", roles=[Role.INCIDENT_OFFICER]),
    NewUser(login="pos", name="Осокин Денис Викторович", roles=[Role.POS_OFFICER]),
    NewUser(
        login="blockhead", name="Лаптев Олег Николаевич", roles=[Role.BLOCK_HEAD], sector="zhkh"
    ),
    NewUser(
        login="executor",
        name="Дроздова Ирина Петровна",
        roles=[Role.EXECUTOR],
        department="water",
    ),
    NewUser(
        login="roads", name="Мальков Сергей Валентинович", roles=[Role.EXECUTOR], department="roads"
    ),
    NewUser(login="operator", name="Рябинина Татьяна Алексеевна", roles=[Role.OPERATOR]),
    NewUser(login="cur", name="Бортник Дарья Евгеньевна", roles=[Role.CUR]),
    NewUser(login="head", name="Савчук Виталий Иванович", roles=[Role.HEAD]),
)
"""The administrator is `FIRST_LOGIN`, whom `otklik setup` makes. Departments by their codes in
`data/town.toml`."""


async def make_staff(engine: Engine, sessions: Sessions, password: str) -> list[str]:
    """Makes whoever is missing, all with `password`; returns all logins.

    The first administrator gets the password too, as long as the one-time one was not changed.
    """
    for person in STAFF:
        try:
            await service.create_user(engine, sessions, LOCAL_VIEWER, person, password)
        except ConflictError:
            continue
    first = await service.get_user(engine, LOCAL_VIEWER, FIRST_LOGIN)
    if first.must_change_password:
        await service.reset_password(engine, sessions, LOCAL_VIEWER, FIRST_LOGIN, password)
    return [FIRST_LOGIN, *(person.login for person in STAFF)]
