"""The form of a new token as a wish, with every mistake beside its field."""

from litestar.datastructures import FormMultiDict

from app.accounts.tokens.service import USUAL_DAYS, Wish
from app.numbers import whole_number


def read_wish(form: FormMultiDict) -> Wish:
    """A number of days that is none becomes 0, which the service refuses with its sentence."""
    days = _text(form, "days") or str(USUAL_DAYS)
    return Wish(
        login=_text(form, "login"),
        name=_text(form, "name"),
        days=whole_number(days) or 0,
        permissions=_chosen(form, "permissions") if form.get("some") else None,
        municipalities=_listed(_text(form, "municipalities")),
        channels=_chosen(form, "channels") or None,
    )


def _text(form: FormMultiDict, name: str) -> str:
    value = form.get(name)
    return " ".join(value.split()) if isinstance(value, str) else ""


def _chosen(form: FormMultiDict, name: str) -> list[str]:
    return sorted({value for value in form.getall(name, []) if isinstance(value, str)})


def _listed(text: str) -> list[str] | None:
    """«Город, Посёлок»; None where nothing is written: no limit."""
    names = sorted({name.strip() for name in text.split(",") if name.strip()})
    return names or None
