"""Writes `docs/settings.md` from `app/settings.py`: `python -m dev.docs`. A test compares."""

from pathlib import Path
from typing import Any

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from app.settings import ROOT, Settings

TARGET = ROOT / "docs" / "settings.md"

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
    if isinstance(value, Path) and value.is_relative_to(ROOT):
        value = value.relative_to(ROOT)
    return f"`{value}`"


def _row(name: str, field: FieldInfo) -> str:
    variable = f"{Settings.model_config['env_prefix']}{name}".upper()
    return f"| `{variable}` | {_shown(field.default)} | {field.description} |\n"


def settings_page() -> str:
    """The whole text of `docs/settings.md`."""
    return _HEAD + "".join(_row(*item) for item in Settings.model_fields.items())


def main() -> None:
    TARGET.parent.mkdir(exist_ok=True)
    TARGET.write_text(settings_page(), encoding="utf-8")


if __name__ == "__main__":
    main()
