"""Whoever an action names must be there: a case given to a misspelt name would be nobody's."""

from msgspec.structs import replace

from app.accounts.directory import colleague, is_empty
from app.accounts.roles import GRANTS
from app.cases.actions.model import Action, Field, FieldKind, Given, Rule
from app.engine.client import Engine
from app.errors import BadInputError
from app.permissions import Permission
from app.reference.current import current_book

_WANTED = {"assignee": Permission.CASE_TAKE, "approver": Permission.CASE_APPROVE}
_CANNOT = {
    "assignee": "У этого человека нет права брать обращения в работу.",
    "approver": "У этого человека нет права согласовывать ответы.",
}


async def with_known_names(engine: Engine, rule: Rule, action: Action) -> Action:
    """Departments by the names of the book, people checked. Raises `BadInputError`."""
    values = dict(action.given.values)
    for field in rule.fields:
        given = action.given.maybe(field.name)
        if given and field.kind is FieldKind.DEPARTMENT:
            values[field.name] = await _department(engine, field, given)
        if given and field.kind is FieldKind.PERSON:
            await _check_person(engine, field, given)
    return replace(action, given=Given(values))


async def _department(engine: Engine, field: Field, given: str) -> str:
    """As long as the book is empty any name will do: tables bring their own."""
    book = await current_book(engine)
    found = book.by_name(given)
    if found is None and book.departments:
        raise BadInputError(
            f"Ведомства «{given}» нет в справочнике. Выберите из списка.", field=field.name
        )
    if found and not found.active:
        raise BadInputError(f"Ведомство «{found.name}» закрыто.", field=field.name)
    return found.name if found else given


async def _check_person(engine: Engine, field: Field, login: str) -> None:
    user = await colleague(engine, login)
    if user is None:
        if await is_empty(engine):
            return
        raise BadInputError(
            f"Сотрудника «{login}» нет. Выберите из списка: в поле стоит имя для входа.",
            field=field.name,
        )
    if not user.active:
        raise BadInputError("Этот человек здесь больше не работает.", field=field.name)
    permission = _WANTED[field.name]
    if not any(permission in GRANTS[role].permissions for role in user.roles):
        raise BadInputError(_CANNOT[field.name], field=field.name)
