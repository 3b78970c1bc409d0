"""What is equal between two copies of a message, and the numbers a message names."""

import re

import xxhash

from app.text.words import fold

_LINK = re.compile(r"(?:https?://|www\.)\S+|\b[a-z0-9.-]+\.(?:ru|com|рф|org|net)/\S*")
_MENTION = re.compile(r"\[(?:id|club|public)\d+\|[^\]]*\]|[@*][a-z0-9_.]{3,}(?:\s*\([^)]*\))?")
_WORD = re.compile(r"[^\W_]+")
_REPOST = re.compile(r"^\s*(?:rt|репост|переслано|fwd?)\b[\s:]*")

_NUMBER = re.compile(r"(?<![^\W_])\d+(?:[.,/]\d+)*[а-яa-z]?(?![^\W_])")
_PREFIXED = re.compile(r"(?<![^\W_])((?:[а-яa-z]{1,4}-)\d[\d/-]{2,})(?![^\W_])")
_YEARLY = re.compile(r"(?<![\d-])(\d{2}-\d{5,8})(?![\d-])")
_NAMED = re.compile(
    r"(?:обращени[а-я]*|заявк[а-я]*|заявлени[а-я]*|жалоб[а-я]*|сообщени[а-я]*|письм[а-я]*|номер[а-я]*)"
    r"[\s:,.-]{0,3}(?:за\s+)?(?:номер[а-я]*\s*|№\s*|n\s*|#\s*)?((?:[а-яa-z]{1,4}-)?\d[\d/-]{4,})(?![^\W_])"
)
_SIGNED = re.compile(r"(?:№|#)\s*((?:[а-яa-z]{1,4}-)?\d[\d/-]{4,})(?![^\W_])")
_CITATIONS = (_NAMED, _SIGNED, _PREFIXED, _YEARLY)
_VEHICLES = ("газ-", "паз-", "маз-", "ваз-", "зил-", "лиаз-", "уаз-", "краз-", "мтз-")
_SHORTEST_CITED = 5
"""Digits: fewer are houses, schools and routes («№ 12»), not numbers of messages."""


def plain(text: str) -> str:
    """`text` as copies share it: folded, without links, mentions, a repost mark, punctuation."""
    folded = fold(text)
    if "/" in folded or "www." in folded:
        folded = _LINK.sub(" ", folded)
    if any(sign in folded for sign in "[@*"):
        folded = _MENTION.sub(" ", folded)
    repost = _REPOST.match(folded)
    return " ".join(_WORD.findall(folded, repost.end() if repost else 0))


def norm_hash(text: str) -> str:
    """16 hexadecimal digits (xxh64) of the plain text: equal for reposts of one message."""
    return xxhash.xxh64_hexdigest(plain(text).encode())


def numbers(text: str) -> list[str]:
    """Numbers of `text` as written («35а», «4/2», «12,5»), each once, in their order."""
    return list(dict.fromkeys(_NUMBER.findall(fold(text))))


def cited_numbers(text: str) -> list[str]:
    """Numbers of earlier messages that `text` names: «№ ИМ-123456», «обращение 12345678».

    In upper case, each once. A phone number after «номер» looks the same and is let through only
    where it is not eleven digits beginning with 7 or 8.
    """
    folded = fold(text)
    found = sorted(
        (match.start(1), match.group(1).strip("-/"))
        for pattern in _CITATIONS
        for match in pattern.finditer(folded)
    )
    return list(dict.fromkeys(number.upper() for _, number in found if _is_case_number(number)))


def _is_case_number(number: str) -> bool:
    digits = re.sub(r"\D", "", number)
    is_phone = len(digits) == len("79001234567") and digits[0] in "78" and number[0].isdigit()
    is_vehicle = number.startswith(_VEHICLES)
    return len(digits) >= _SHORTEST_CITED and not is_phone and not is_vehicle
