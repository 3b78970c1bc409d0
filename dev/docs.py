"""Writes the pages that are made from code: `python -m dev.docs`. Tests compare.

`docs/settings.md` comes from `app/settings.py`, `docs/permissions.md` from the table of roles,
`docs/actions.md` from the table of actions.
"""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.cases.actions.model import Field, Rule
from app.cases.actions.table import RULES
from app.cases.codes import KIND_NAMES, STATE_NAMES, Kind, State
from app.people.rights import RoleWords, rights_table
from app.permissions import PERMISSION_NAMES, Permission
from app.settings import ROOT, Settings

TARGET = ROOT / "docs" / "settings.md"
PERMISSIONS = ROOT / "docs" / "permissions.md"
ACTIONS = ROOT / "docs" / "actions.md"

_HEAD = """\
# Настройки

Этот файл собран из `app/settings.py` командой `python -m dev.docs`, руками его не правят.

Всё задаётся переменными окружения. Обязательных нет: без единой переменной Отклик работает на
этом компьютере с Elasticsearch и Redis на обычных портах. Пароли и ключи в журнал не попадают.

| Переменная | По умолчанию | Что значит |
|---|---|---|
"""


def _shown(value: Any) -> str:
    """A default as a person would type it in the environment."""
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    if value is None or value == "":
        return "пусто"
    if isinstance(value, bool):
        value = str(value).lower()
    if isinstance(value, Path | str) and Path(value).is_relative_to(ROOT):
        value = Path(value).relative_to(ROOT)
    return f"`{value}`"


def _row(name: str, field: FieldInfo) -> str:
    variable = f"{Settings.model_config['env_prefix']}{name}".upper()
    return f"| `{variable}` | {_shown(field.default)} | {field.description} |\n"


def settings_page() -> str:
    """The whole text of `docs/settings.md`."""
    return _HEAD + "".join(_row(*item) for item in Settings.model_fields.items())


_RIGHTS_HEAD = """\
# Роли и права

Этот файл собран из `app/accounts/roles.py` командой `python -m dev.docs`, руками его не правят.
Та же таблица открывается в Отклике: «Люди», вкладка «Роли и права».

У человека может быть несколько ролей. Обращение он видит, если оно подходит хотя бы под одну из
них, если назначено ему самому или если его ведомство о нём спросили. Муниципалитеты и каналы можно
ограничить для каждого человека отдельно. Пока человек кого-то замещает, к его правам добавляются
права отсутствующего, кроме прав администратора.

## Что видит роль

| Роль | Код | Какие обращения |
|---|---|---|
"""


def permissions_page() -> str:
    """The whole text of `docs/permissions.md`."""
    table = rights_table()
    sees = [f"| {one.name} | `{one.role}` | {one.reach} |\n" for one in table.roles]
    head = "| Право | " + " | ".join(one.name for one in table.roles) + " |\n"
    line = "|---" * (len(table.roles) + 1) + "|\n"
    rows = [
        f"| {words} | " + " | ".join(_mark(role, code) for role in table.roles) + " |\n"
        for code, words in table.permissions
    ]
    return _RIGHTS_HEAD + "".join(sees) + "\n## Что может роль\n\n" + head + line + "".join(rows)


def _mark(role: RoleWords, permission: Permission) -> str:
    return "да" if permission in role.may else "–"


_ACTIONS_HEAD = """\
# Действия с обращением

Этот файл собран из `app/cases/actions` командой `python -m dev.docs`, руками его не правят.

«Состояния» — из каких можно выполнить, «станет» — какое будет после; если там «–», состояние
остаётся прежним или зависит от того, что указано. Поля со звёздочкой обязательны. «Отменить» —
можно ли взять своё действие назад. Кроме права и состояния у действия бывают условия: почему его
сейчас нельзя выполнить, говорят сама страница обращения и `actions` в ответе API. У каких ролей
какие права: [«Роли и права»](permissions.md).

| Действие | Код | Право | Для чего | Состояния | Станет | Поля | Отменить |
|---|---|---|---|---|---|---|---|
"""


def actions_page() -> str:
    """The whole text of `docs/actions.md`."""
    return _ACTIONS_HEAD + "".join(_action(rule) for rule in RULES.values())


def _action(rule: Rule) -> str:
    cells = (
        rule.title,
        f"`{rule.name}`",
        PERMISSION_NAMES[rule.permission],
        _all_or(len(Kind), [KIND_NAMES[kind] for kind in Kind if kind in rule.kinds]),
        _all_or(len(State), [STATE_NAMES[state] for state in State if state in rule.starts]),
        STATE_NAMES[rule.to] if rule.to else "–",
        ", ".join(_asked(field) for field in rule.fields) or "–",
        "да" if rule.reversible else "нет",
    )
    return f"| {' | '.join(cells)} |\n"


def _all_or(every: int, names: list[str]) -> str:
    return "все" if len(names) == every else ", ".join(names)


def _asked(field: Field) -> str:
    return f"{field.label} `{field.name}`{'*' if field.required else ''}"


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(settings_page(), encoding="utf-8")
    PERMISSIONS.write_text(permissions_page(), encoding="utf-8")
    ACTIONS.write_text(actions_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
