"""The name of an attached file as people see it: never a path, never a trick of display."""

import unicodedata
from pathlib import PurePosixPath

_LONGEST = 150
_FORBIDDEN = frozenset('<>:"|?*')


def clean_name(given: str) -> str:
    r"""«C:\docs\..\Акт .PDF» → «Акт.PDF»; signs that reorder or hide text vanish.

    A name without anything left becomes «файл», keeping its ending.
    """
    last = PurePosixPath(given.replace("\\", "/").replace("\x00", "")).name
    shown = unicodedata.normalize("NFC", "".join(sign for sign in last if _shown(sign)))
    stem, dot, suffix = shown.rpartition(".")
    if not dot:
        stem, suffix = suffix, ""
    stem = " ".join(stem.split()).strip(". ")
    suffix = "".join(sign for sign in suffix if sign.isalnum())[:10]
    end = f".{suffix}" if suffix else ""
    return f"{stem[: _LONGEST - len(end)] or 'файл'}{end}"


def _shown(sign: str) -> bool:
    return sign not in _FORBIDDEN and unicodedata.category(sign)[0] != "C"
