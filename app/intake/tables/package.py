"""ZIP packages (XLSX, XLSB, ODS) opened with distrust: headers lie, so bytes are counted."""

import struct
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from xml.parsers import expat

from app.intake.tables.model import BadTableError

MAX_PARTS = 5_000
"""A workbook of 200 sheets with drawings has about a thousand parts."""

MAX_DIRECTORY_BYTES = 2 << 20
"""Of the list of parts; `zipfile` turns each of its bytes into about ten of memory."""

SUSPICIOUS_RATIO = 150
"""Sheets written by Excel and xlsxwriter pack 8-60 to 1; deflate itself allows 1,032 to 1."""

RATIO_FROM_BYTES = 8 << 20

CHUNK = 256 << 10

_END = b"PK\x05\x06"
_END_BYTES = 22
_SEE_ZIP64 = 0xFFFFFFFF
_ENCRYPTED_BIT = 0x1


class Package:
    """Parts of a ZIP by name; every unpacked byte of it is paid from one budget."""

    def __init__(self, path: Path, *, unpacked_mb: int) -> None:
        check_directory(path)
        try:
            self._zip = zipfile.ZipFile(path)
        except (zipfile.BadZipFile, ValueError, NotImplementedError, struct.error) as error:
            raise damaged() from error
        self._left = unpacked_mb << 20
        self._parts = _checked_parts(self._zip.infolist())

    def __contains__(self, name: str) -> bool:
        return _key(name) in self._parts

    def names(self) -> list[str]:
        """Lower-case, with forward slashes."""
        return list(self._parts)

    def size(self, name: str) -> int:
        """As the package claims, which may be a lie."""
        return self._parts[_key(name)].file_size

    def chunks(self, name: str) -> Iterator[bytes]:
        """The bytes of a part. Raises BadTableError on damage, encryption and bombs."""
        info = self._parts.get(_key(name))
        if info is None:
            raise damaged()
        if info.file_size > self._left:
            raise zip_bomb()
        seen = 0
        try:
            with self._zip.open(info) as part:
                while chunk := part.read(CHUNK):
                    seen += len(chunk)
                    self._pay(len(chunk), seen, info.compress_size)
                    yield chunk
        except (zipfile.BadZipFile, zlib.error, EOFError, struct.error, ValueError) as error:
            raise damaged() from error

    def read(self, name: str, *, most: int = 64 << 20) -> bytes:
        """A whole small part; one above `most` bytes counts as a bomb."""
        content = bytearray()
        for chunk in self.chunks(name):
            content += chunk
            if len(content) > most:
                raise zip_bomb()
        return bytes(content)

    def _pay(self, size: int, seen: int, packed: int) -> None:
        self._left -= size
        if self._left < 0:
            raise zip_bomb()
        if seen > RATIO_FROM_BYTES and seen > SUSPICIOUS_RATIO * max(packed, 1):
            raise zip_bomb()


def safe_parser() -> "expat.XMLParserType":
    """An XML parser that refuses DOCTYPE, and with it entities of every kind."""
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.buffer_size = 64 << 10
    parser.StartDoctypeDeclHandler = _refuse_doctype
    return parser


def feed(parser: "expat.XMLParserType", chunks: Iterator[bytes]) -> Iterator[None]:
    """Gives control back after each chunk, so that rows can be taken while reading goes on."""
    try:
        for chunk in chunks:
            parser.Parse(chunk, False)
            yield
        parser.Parse(b"", True)
    except (expat.ExpatError, LookupError, UnicodeError) as error:
        raise damaged() from error
    yield


def check_directory(path: Path) -> None:
    """Refuses a list of parts too long to be loaded; `zipfile` would load any."""
    size = path.stat().st_size
    with path.open("rb") as file:
        file.seek(max(0, size - (1 << 16) - _END_BYTES))
        tail = file.read()
    at = tail.rfind(_END)
    if at < 0 or len(tail) - at < _END_BYTES:
        raise BadTableError(
            "truncated",
            "Файл обрывается: он сохранён или скачан не до конца. Скачайте его ещё раз.",
        )
    (directory,) = struct.unpack_from("<L", tail, at + 12)
    if tail.find(b"PK\x06\x07") >= 0 and (found := tail.rfind(b"PK\x06\x06")) >= 0:
        (directory,) = struct.unpack_from("<Q", tail.ljust(found + 56, b"\0"), found + 40)
    if directory > MAX_DIRECTORY_BYTES and directory != _SEE_ZIP64:
        raise _too_many_parts()


def damaged() -> BadTableError:
    return BadTableError(
        "broken",
        "Файл повреждён: его содержимое не читается. Откройте его в Excel и сохраните заново.",
    )


def zip_bomb() -> BadTableError:
    return BadTableError(
        "zip_bomb",
        "После распаковки файл слишком велик. Разделите таблицу на части "
        "или сохраните заново без лишнего.",
    )


def encrypted() -> BadTableError:
    return BadTableError(
        "encrypted",
        "Файл защищён паролем. Откройте его, снимите пароль, сохраните и загрузите ещё раз.",
    )


def _refuse_doctype(*_: object) -> None:
    raise BadTableError(
        "broken",
        "В файле есть опасная разметка (DOCTYPE). Откройте его в Excel и сохраните заново.",
    )


def _too_many_parts() -> BadTableError:
    return BadTableError(
        "zip_bomb",
        "Внутри файла слишком много частей для таблицы. Откройте его в Excel и сохраните заново.",
    )


def _checked_parts(infos: list[zipfile.ZipInfo]) -> dict[str, zipfile.ZipInfo]:
    if len(infos) > MAX_PARTS:
        raise _too_many_parts()
    parts: dict[str, zipfile.ZipInfo] = {}
    for info in infos:
        key = _key(info.filename)
        if key in parts or _leads_out(info.filename):
            raise damaged()
        if info.flag_bits & _ENCRYPTED_BIT:
            raise encrypted()
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise damaged()
        parts[key] = info
    return parts


def _key(name: str) -> str:
    """Some programs write backslashes or another case; Excel forgives both."""
    return name.replace("\\", "/").lower().lstrip("/")


def _leads_out(name: str) -> bool:
    plain = name.replace("\\", "/")
    return plain.startswith("/") or ".." in PurePosixPath(plain).parts or plain[1:2] == ":"
