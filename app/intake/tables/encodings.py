"""In which code page a text file is written: fixed rules, no guessing by luck.

Order: byte order mark; UTF-16 by its zero bytes; strict UTF-8 over the whole file; lines of UTF-8
among others; then the one-byte Russian code page whose reading has the letters of Russian.
"""

import codecs
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Literal

import msgspec

from app.intake.tables.model import MAX_CELL_CHARS, BadTableError

Encoding = Literal["utf-8", "utf-16-le", "utf-16-be", "cp1251", "koi8-r", "cp866", "mixed"]
OneByte = Literal["cp1251", "koi8-r", "cp866"]

MAX_LINE = 8 * MAX_CELL_CHARS
"""Characters. A line is at most a row of long cells; one beyond it is no table."""

_SAMPLE = 256 << 10
_WIDE_SHARE = 0.7
_SHORTEST_WIDE = 8
_SEPARATORS = re.compile(rb'([;,\t|"\r\n])')

_FREQUENCY = {
    letter: share
    for letters, share in (
        ("о", 11.0),
        ("еа", 8.2),
        ("инт", 6.8),
        ("срв", 5.0),
        ("лкмдпу", 3.3),
        ("яыьгзб", 1.8),
        ("чйхжш", 1.1),
        ("юцщэф", 0.4),
    )
    for letter in letters
}
"""Letters of Russian in per cent, rounded (Lyashevskaya and Sharov, National Corpus)."""

_SURENESS = 1.15
"""How much more Russian another reading must be before cp1251, by far the likeliest, is left."""


class TextForm(msgspec.Struct, frozen=True):
    """`foreign_lines` of a mixed file are those that are not UTF-8; zero bytes are dropped."""

    encoding: Encoding
    bom: bool = False
    foreign_lines: int = 0
    zero_bytes: bool = False


def read_bom(head: bytes) -> Encoding | None:
    if head.startswith(codecs.BOM_UTF8):
        return "utf-8"
    if head.startswith(codecs.BOM_UTF16_LE):
        return "utf-16-le"
    if head.startswith(codecs.BOM_UTF16_BE):
        return "utf-16-be"
    return None


def without_bom_encoding(head: bytes) -> Encoding | None:
    """UTF-16 without a mark: nearly every second byte is 0 (Latin) or 4 (Cyrillic)."""
    even, odd = head[0 : len(head) & ~1 : 2], head[1::2]
    if len(odd) < _SHORTEST_WIDE:
        return None
    if _is_high_half(odd, even):
        return "utf-16-le"
    if _is_high_half(even, odd):
        return "utf-16-be"
    return None


def examine(path: Path) -> TextForm:
    """Reads the whole file once. Raises BadTableError where it stops in the middle of a letter."""
    with path.open("rb") as file:
        head = file.read(_SAMPLE)
    bom = read_bom(head)
    wide = bom or without_bom_encoding(head)
    if wide is not None and wide != "utf-8":
        return TextForm(wide, bom=bool(bom))
    utf8, foreign, zero = 0, 0, False
    sample, last = bytearray(), b""
    for line in _byte_lines(path):
        zero = zero or b"\0" in line
        last = line
        if line.isascii():
            continue
        if _is_utf8(line):
            utf8 += 1
            continue
        foreign += 1
        if len(sample) < _SAMPLE:
            sample += line
    if foreign == 1 and _ends_inside_letter(last) and (utf8 or bom):
        raise cut_file()
    if foreign and (utf8 or bom):
        return TextForm("mixed", bom=bool(bom), foreign_lines=foreign, zero_bytes=zero)
    return TextForm(
        _one_byte(bytes(sample)) if foreign else "utf-8", bom=bool(bom), zero_bytes=zero
    )


def text_lines(path: Path, form: TextForm) -> Iterator[str]:
    """Lines with their ends, without the byte order mark and without zero characters."""
    lines = _mixed_lines(path) if form.encoding == "mixed" else _decoded_lines(path, form.encoding)
    for number, line in enumerate(lines):
        text = line.removeprefix("\ufeff") if number == 0 else line
        yield text.replace("\0", "") if "\0" in text else text


def cut_file() -> BadTableError:
    return BadTableError(
        "truncated",
        "Файл обрывается на середине буквы: он сохранён не до конца. Выгрузите его ещё раз.",
    )


def _is_high_half(high: bytes, low: bytes) -> bool:
    wide = high.count(0) + high.count(4)
    return wide > _WIDE_SHARE * len(high) and high.count(0) > 0 and low.count(0) < len(low) // 10


def _decoded_lines(path: Path, encoding: str) -> Iterator[str]:
    # cp1251 has one unassigned byte; the wide and UTF-8 readings are strict
    errors = "replace" if encoding in ("cp1251", "koi8-r", "cp866") else "strict"
    with path.open(encoding=encoding, errors=errors, newline="") as file:
        try:
            while line := file.readline(MAX_LINE):
                if len(line) >= MAX_LINE:
                    raise _long_line()
                yield line
        except UnicodeDecodeError as error:
            raise cut_file() from error


def _mixed_lines(path: Path) -> Iterator[str]:
    """Cells of one line may come from two programs, so each is read on its own.

    The separators are ASCII, which neither a letter of UTF-8 nor of cp1251 contains.
    """
    for line in _byte_lines(path):
        if _is_utf8(line):
            yield line.decode()
        else:
            yield "".join(
                part.decode() if _is_utf8(part) else part.decode("cp1251", "replace")
                for part in _SEPARATORS.split(line)
            )


def _byte_lines(path: Path) -> Iterator[bytes]:
    """Lines by any of the three line ends, which plain binary reading does not know."""
    for line in _decoded_lines(path, "latin-1"):
        yield line.encode("latin-1")


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _ends_inside_letter(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError as error:
        return error.end == len(line) and error.reason == "unexpected end of data"
    return False


def _one_byte(sample: bytes) -> OneByte:
    best: OneByte = "cp1251"
    mark = _russian_look(sample, best) * _SURENESS
    others: tuple[OneByte, ...] = ("koi8-r", "cp866")
    for encoding in others:
        if (look := _russian_look(sample, encoding)) > mark:
            best, mark = encoding, look
    return best


def _russian_look(sample: bytes, encoding: OneByte) -> float:
    """Mean frequency of the letters that the non-ASCII bytes turn into; strangers count as none."""
    foreign = [letter for letter in sample.decode(encoding, "replace").lower() if letter > "\x7f"]
    return sum(_FREQUENCY.get(letter, 0.0) for letter in foreign) / max(1, len(foreign))


def _long_line() -> BadTableError:
    return BadTableError(
        "cell_too_long",
        "В файле слишком длинная строка без переноса: это не похоже на таблицу. "
        "Выгрузите её ещё раз.",
    )
