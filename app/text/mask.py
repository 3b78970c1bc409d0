"""Personal data as pages show it: enough to tell two people apart, not enough to find them."""

import re

_PHONE = re.compile(r"(?<!\d)(?:\+7|8|7)[\s(.-]*\d{3}[\s).-]*\d{3}[\s.-]*\d{2}[\s.-]*\d{2}(?!\d)")
_EMAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_SHOWN_DIGITS = 2


def mask_phone(phone: str) -> str:
    """«+7 900 123-45-67» → «•••67»."""
    digits = re.sub(r"\D", "", phone)
    return f"•••{digits[-_SHOWN_DIGITS:]}" if len(digits) > _SHOWN_DIGITS else "•••"


def mask_email(email: str) -> str:
    """«ivanov@mail.ru» → «i•••@mail.ru»."""
    name, at, host = email.partition("@")
    return f"{name[:1]}•••{at}{host}"


def mask_name(name: str) -> str:
    """«Иванова Мария Петровна» → «И. М. П.»."""
    return " ".join(f"{part[0].upper()}." for part in name.split() if part[0].isalnum())


def mask_contacts(text: str) -> str:
    """`text` with every phone and e-mail in it masked."""
    masked = _PHONE.sub(lambda found: mask_phone(found.group()), text)
    return _EMAIL.sub(lambda found: mask_email(found.group()), masked)
