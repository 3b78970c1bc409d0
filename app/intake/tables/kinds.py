"""What a file really is, told from its first bytes and never from its name."""

import mmap
import re
import stat
import struct
import zipfile
from pathlib import Path
from typing import Literal

from app.intake.tables.encodings import read_bom, without_bom_encoding
from app.intake.tables.model import BadTableError, Reason
from app.intake.tables.package import check_directory, damaged, encrypted

Kind = Literal["xlsx", "xlsb", "xls", "ods", "csv"]

SAMPLE = 64 << 10

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OLE_HEADER = 512
_SECTOR_SHIFT_AT = 30
_FIRST_SECTOR_AT = 116
_FILEPASS = 0x002F
_FIRST_RECORDS = 12
_ZIP = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")

_SIGNATURES: tuple[tuple[bytes, str], ...] = (
    (b"%PDF", "документ PDF"),
    (b"\x89PNG", "картинка"),
    (b"\xff\xd8\xff", "картинка"),
    (b"GIF8", "картинка"),
    (b"BM", "картинка"),
    (b"II*\0", "картинка"),
    (b"MM\0*", "картинка"),
    (b"RIFF", "запись звука, видео или картинка"),
    (b"ID3", "запись звука"),
    (b"OggS", "запись звука"),
    (b"\x1aE\xdf\xa3", "видео"),
    (b"MZ", "программа"),
    (b"\x7fELF", "программа"),
    (b"#!", "программа"),
    (b"Rar!", "архив RAR"),
    (b"7z\xbc\xaf\x27\x1c", "архив 7z"),
    (b"\x1f\x8b", "архив GZIP"),
    (b"BZh", "архив BZIP2"),
    (b"\xfd7zXZ", "архив XZ"),
    (b"\x28\xb5\x2f\xfd", "архив ZSTD"),
    (b"{\\rtf", "документ RTF"),
    (b"%!PS", "документ PostScript"),
    (b"SQLite format 3", "база данных"),
    (b"PAR1", "файл Parquet"),
)
"""«BM» and «MZ» may begin a text, so text is told first."""

_OLD_EXCEL = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08")
_HTML = re.compile(r"<\s*(?:!doctype\s+html|html|head|body|table|meta|style|div)\b", re.IGNORECASE)
_JSON = re.compile(r"\s*(?:\{\s*(?:\"|\})|\[\s*(?:[\[{\"]|\]))")
_MHTML = re.compile(r"\s*MIME-Version:", re.IGNORECASE)
_CONTROL = re.compile("[\x01-\x08\x0b\x0e-\x1f\x7f]")
_MOST_CONTROL = 0.01


def recognise(path: Path) -> Kind:
    """The format of a table. Raises BadTableError that names what the file is instead."""
    head = _head(path)
    if head.startswith(_OLE):
        return _inside_ole(path)
    if head.startswith(_ZIP):
        return _inside_zip(path)
    if head.startswith(_OLD_EXCEL):
        raise BadTableError(
            "not_a_table",
            "Это файл очень старого Excel. Откройте его и сохраните как «Книга Excel (XLSX)».",
        )
    if not _looks_like_text(head):
        raise _not_a_table(next((n for s, n in _SIGNATURES if head.startswith(s)), ""))
    _refuse_markup(head)
    return "csv"


def inspect_upload(path: Path, filename: str) -> Kind:
    """The quick look of a web request: milliseconds, a sample of the bytes, no unpacking.

    Raises BadTableError for what is certainly no table; a file that passes may still turn out bad.
    `filename` serves only to say what an unreadable file calls itself.
    """
    try:
        return recognise(path)
    except BadTableError as error:
        raise worded(error.reason, error.message, filename) from error


def worded(reason: Reason, message: str, filename: str) -> BadTableError:
    """A file that calls itself Excel and is not gets a word about it."""
    if reason == "not_a_table" and filename.lower().endswith((".xlsx", ".xls", ".xlsm")):
        message = f"{message} По имени это Excel, но внутри другое."
    return BadTableError(reason, message)


def _head(path: Path) -> bytes:
    status = path.lstat()
    if not stat.S_ISREG(status.st_mode):
        raise BadTableError("not_a_table", "Это не файл. Выберите файл с таблицей: XLSX или CSV.")
    if status.st_size == 0:
        raise BadTableError("empty", "Файл пустой. Выгрузите его ещё раз.")
    with path.open("rb") as file:
        return file.read(SAMPLE)


def _not_a_table(name: str) -> BadTableError:
    found = f"Это {name}, а нужна таблица." if name else "Это не таблица."
    return BadTableError("not_a_table", f"{found} Загрузите файл XLSX, XLS, ODS или CSV.")


def _inside_ole(path: Path) -> Kind:
    """OLE2 holds old Excel and Word, and also OOXML behind a password."""
    if path.stat().st_size < 2 * _OLE_HEADER:
        raise BadTableError("truncated", "Файл обрывается в самом начале. Скачайте его ещё раз.")
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        if _stream_entry(content, "EncryptedPackage"):
            raise encrypted()
        book = _stream_entry(content, "Workbook") or _stream_entry(content, "Book")
        if book is not None:
            if _is_locked(content, book):
                raise encrypted()
            return "xls"
        for stream, name in (
            ("WordDocument", "документ Word"),
            ("PowerPoint Document", "презентация"),
            ("__properties_version1.0", "письмо Outlook"),
            ("VisioDocument", "схема Visio"),
        ):
            if _stream_entry(content, stream):
                raise _not_a_table(name)
    raise damaged()


def _stream_entry(content: mmap.mmap, name: str) -> int | None:
    """Where the directory entry of a stream lies.

    Entries of OLE2 are 128 bytes long, lie at multiples of that, and begin with a name in UTF-16
    of which byte 64 tells the length.
    """
    needle = name.encode("utf-16-le") + b"\0\0"
    at = content.find(needle, _OLE_HEADER)
    while at >= 0:
        whole = at % 128 == 0 and at + 128 <= len(content)
        if whole and content[at + 64 : at + 66] == len(needle).to_bytes(2, "little"):
            return at
        at = content.find(needle, at + 2)
    return None


def _is_locked(content: mmap.mmap, entry: int) -> bool:
    """Whether a FILEPASS record stands among the first ones of an old workbook (MS-XLS 2.4.117)."""
    (shift,) = struct.unpack_from("<H", content, _SECTOR_SHIFT_AT)
    (sector,) = struct.unpack_from("<L", content, entry + _FIRST_SECTOR_AT)
    at = (sector + 1) << min(shift, 12)
    for _ in range(_FIRST_RECORDS):
        if at + 4 > len(content):
            return False
        code, length = struct.unpack_from("<HH", content, at)
        if code == _FILEPASS:
            return True
        at += 4 + length
    return False


def _inside_zip(path: Path) -> Kind:
    check_directory(path)
    try:
        with zipfile.ZipFile(path) as package:
            names = {name.replace("\\", "/").lower().lstrip("/") for name in package.namelist()}
            mimetype = _mimetype(package) if "mimetype" in names else b""
    except BadTableError:
        raise
    except Exception as error:  # a broken list of parts breaks `zipfile` in a dozen ways
        raise damaged() from error
    if b"opendocument.spreadsheet" in mimetype:
        return "ods"
    if b"opendocument" in mimetype:
        raise _not_a_table("документ или презентация LibreOffice")
    return _office_kind(names)


def _office_kind(names: set[str]) -> Kind:
    if any(name.endswith("xl/workbook.bin") for name in names):
        return "xlsb"
    if any(name.startswith("xl/") for name in names):
        return "xlsx"
    if any(name.startswith("word/") for name in names):
        raise _not_a_table("документ Word")
    if any(name.startswith("ppt/") for name in names):
        raise _not_a_table("презентация PowerPoint")
    if "[content_types].xml" in names:
        return "xlsx"
    raise BadTableError(
        "not_a_table", "Это архив, а нужна таблица. Распакуйте его и загрузите таблицу из него."
    )


def _mimetype(package: zipfile.ZipFile) -> bytes:
    with package.open("mimetype") as part:
        return part.read(128)


def _looks_like_text(head: bytes) -> bool:
    if read_bom(head):
        return True
    if encoding := without_bom_encoding(head):
        text = head[: len(head) & ~1].decode(encoding, "replace")
        return len(_CONTROL.findall(text)) + text.count("\ufffd") <= _MOST_CONTROL * len(text)
    text = head.decode("latin-1")
    nuls = text.count("\0")
    if nuls > len(text) // 4 or (nuls and text.startswith("\0")):
        return False
    return len(_CONTROL.findall(text)) <= _MOST_CONTROL * len(text)


def _refuse_markup(head: bytes) -> None:
    encoding = read_bom(head) or without_bom_encoding(head) or "latin-1"
    text = head[: len(head) & ~1].decode(encoding, "replace").lstrip("\ufeff \t\r\n")
    start = text[:4096]
    if start.startswith("<?xml") or (start.startswith("<") and "urn:schemas-microsoft" in start):
        raise BadTableError(
            "not_a_table",
            "Это разметка XML, а нужна таблица. Откройте файл в Excel и сохраните "
            "как «Книга Excel (XLSX)».",
        )
    if (start.startswith("<") and _HTML.search(start)) or _MHTML.match(start):
        raise BadTableError(
            "not_a_table",
            "Это веб-страница, а не таблица Excel. Откройте файл в Excel и сохраните "
            "как «Книга Excel (XLSX)».",
        )
    if _JSON.match(start):
        raise _not_a_table("файл JSON")
    for signature, name in _SIGNATURES:
        if signature not in (b"BM", b"MZ") and head.startswith(signature):
            raise _not_a_table(name)
    if start.startswith(("#!/", "%!PS")):
        raise _not_a_table("программа")
