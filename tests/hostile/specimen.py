"""What a hostile file is, and the pieces of which all of them are made."""

import io
import random
import struct
import zipfile
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path
from typing import Literal, NamedTuple

Expect = Literal["refuse", "read", "either"]

REQUIRED = ("received_at", "text")
"""Columns without which the canonical profile takes no file."""

HEADER = ("external_id", "source", "channel", "received_at", "text")
ROWS = tuple(
    (f"H-{n}", "Вымышленный источник", "site", f"{n + 1:02d}.02.2026 10:15", text)
    for n, text in enumerate(
        (
            "На улице Садовой второй день нет горячей воды",
            "Яма у дома 12 на улице Полевой, объехать нельзя",
            "Фонарь во дворе не горит с понедельника",
            "Автобус номер 7 опять не пришёл по расписанию",
            "Контейнеры у школы переполнены, мусор разносит ветер",
            "Спасибо за расчищенный тротуар на Речной",
        )
    )
)


class Specimen(NamedTuple):
    """A file before it is written.

    `expect`: «refuse» and «read» are certain; «either» where damage may or may not hit.
    `reasons`: the reasons a refusal may have, none given means any.
    `missing`: required columns that a readable table lacks, so that a profile must refuse it.
    """

    name: str
    content: bytes
    why: str
    expect: Expect = "refuse"
    reasons: frozenset[str] = frozenset()
    missing: tuple[str, ...] = ()


class HostileFile(NamedTuple):
    """A `Specimen` on disk."""

    path: Path
    why: str
    expect: Expect
    reasons: frozenset[str]
    missing: tuple[str, ...]


def reasons(*names: str) -> frozenset[str]:
    return frozenset(names)


def noise_bytes(size: int, seed: int) -> bytes:
    """Random bytes that are the same in every run."""
    return random.Random(seed).randbytes(size)  # noqa: S311


CONTENT_TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?><Types '
    'xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="xml" ContentType="application/xml"/></Types>'
)
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
SHEET = "xl/worksheets/sheet1.xml"


def relations(*links: tuple[str, str, str], extra: str = "") -> str:
    """Links are (id, kind, target)."""
    body = "".join(
        f'<Relationship Id="{key}" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        for key, kind, target in links
    )
    return (
        '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
        f"{body}{extra}</Relationships>"
    )


def book_xml(*names: str, extra: str = "") -> str:
    sheets = "".join(
        f'<sheet name="{escape(name)}" sheetId="{n}" r:id="rId{n}"/>'
        for n, name in enumerate(names, start=1)
    )
    return (
        f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{extra}<sheets>{sheets}</sheets></workbook>'
    )


def cell_xml(reference: str, text: str) -> str:
    return f'<c r="{reference}" t="inlineStr"><is><t>{escape(text)}</t></is></c>'


def column_letters(index: int) -> str:
    letters = ""
    index += 1
    while index:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def row_xml(number: int, cells: Sequence[str]) -> str:
    body = "".join(
        cell_xml(f"{column_letters(n)}{number}", text) for n, text in enumerate(cells) if text
    )
    return f'<row r="{number}">{body}</row>'


def sheet_xml(rows: str, *, before: str = "", after: str = "") -> str:
    return f'<worksheet xmlns="{_MAIN}">{before}<sheetData>{rows}</sheetData>{after}</worksheet>'


def table_xml(rows: Sequence[Sequence[str]] = (HEADER, *ROWS), *, start: int = 1) -> str:
    return "".join(row_xml(n, cells) for n, cells in enumerate(rows, start=start))


def strings_xml(*texts: str) -> str:
    body = "".join(f"<si><t>{escape(text)}</t></si>" for text in texts)
    return f'<sst xmlns="{_MAIN}">{body}</sst>'


def workbook_parts(*sheets: str, names: Sequence[str] = ()) -> dict[str, str | bytes]:
    """Parts of a workbook of ready sheets (default: one good table)."""
    sheets = sheets or (sheet_xml(table_xml()),)
    names = names or [f"Лист{n}" for n in range(1, len(sheets) + 1)]
    links = [
        (f"rId{n}", "worksheet", f"worksheets/sheet{n}.xml") for n in range(1, len(sheets) + 1)
    ]
    links.append(("rIdS", "sharedStrings", "sharedStrings.xml"))
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": CONTENT_TYPES,
        "_rels/.rels": relations(("rId1", "officeDocument", "xl/workbook.xml")),
        "xl/workbook.xml": book_xml(*names),
        "xl/_rels/workbook.xml.rels": relations(*links),
        "xl/sharedStrings.xml": strings_xml("общий текст"),
    }
    for n, sheet in enumerate(sheets, start=1):
        parts[f"xl/worksheets/sheet{n}.xml"] = sheet
    return parts


def pack(parts: Mapping[str, str | bytes], *, stored: bool = False) -> bytes:
    output = io.BytesIO()
    method = zipfile.ZIP_STORED if stored else zipfile.ZIP_DEFLATED
    with zipfile.ZipFile(output, "w", method) as package:
        for name, content in parts.items():
            package.writestr(zipfile.ZipInfo(name), content, method)
    return output.getvalue()


def workbook(*sheets: str, **changed: str | bytes) -> bytes:
    """A workbook of ready sheets; `changed` replaces parts by short names (see `PARTS`)."""
    parts = workbook_parts(*sheets)
    for key, content in changed.items():
        parts[PARTS[key]] = content
    return pack(parts)


PARTS = {
    "types": "[Content_Types].xml",
    "root": "_rels/.rels",
    "book": "xl/workbook.xml",
    "links": "xl/_rels/workbook.xml.rels",
    "strings": "xl/sharedStrings.xml",
    "sheet": SHEET,
}


def csv_text(rows: Sequence[Sequence[str]] = (HEADER, *ROWS), delimiter: str = ";") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in rows)


def ods(content: str, manifest: str = "") -> bytes:
    """An OpenDocument spreadsheet around the XML of its tables."""
    office = "urn:oasis:names:tc:opendocument:xmlns:"
    body = (
        f'<office:document-content xmlns:office="{office}office:1.0" '
        f'xmlns:table="{office}table:1.0" xmlns:text="{office}text:1.0" office:version="1.2">'
        f"<office:body><office:spreadsheet>{content}</office:spreadsheet></office:body>"
        "</office:document-content>"
    )
    entry = manifest or (
        '<manifest:file-entry manifest:full-path="/" '
        'manifest:media-type="application/vnd.oasis.opendocument.spreadsheet"/>'
    )
    return pack(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": (
                f'<manifest:manifest xmlns:manifest="{office}manifest:1.0">{entry}'
                "</manifest:manifest>"
            ),
            "content.xml": body,
        }
    )


def ods_table(rows: Sequence[Sequence[str]] = (HEADER, *ROWS), name: str = "Лист1") -> str:
    def cell(text: str) -> str:
        return (
            '<table:table-cell office:value-type="string">'
            f"<text:p>{escape(text)}</text:p></table:table-cell>"
        )

    body = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in rows)
    return f'<table:table table:name="{name}">{body}</table:table>'


_SECTOR = 512
_FREE, _LAST, _FAT = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


def compound(*streams: tuple[str, bytes]) -> bytes:
    """An OLE2 file of a few streams, each padded to 4,096 bytes (so that none is a mini one)."""
    fat, data, entries, place = [_FAT, _LAST], b"", [], 2
    for name, content in streams:
        padded = content.ljust(max(4096, -(-len(content) // _SECTOR) * _SECTOR), b"\0")
        count = len(padded) // _SECTOR
        fat += [*range(place + 1, place + count), _LAST]
        entries.append(_entry(name, 2, place, len(padded)))
        data, place = data + padded, place + count
    directory = _entry("Root Entry", 5, _LAST, 0, child=1) + b"".join(entries)
    table = struct.pack(f"<{len(fat)}L", *fat).ljust(_SECTOR, b"\xff")
    head = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(16)
    head += struct.pack("<5H6x", 0x3E, 3, 0xFFFE, 9, 6)
    head += struct.pack("<9L", 0, 1, 1, 0, 4096, _LAST, 0, _LAST, 0)
    head += struct.pack("<L", 0) + b"\xff" * (108 * 4)
    return head + table + directory.ljust(_SECTOR, b"\0") + data


def _entry(name: str, kind: int, start: int, size: int, child: int = _FREE) -> bytes:
    text = name.encode("utf-16-le") + b"\0\0"
    return (
        text.ljust(64, b"\0")
        + struct.pack("<HBB3L", len(text), kind, 1, _FREE, _FREE, child)
        + bytes(36)
        + struct.pack("<LQ", start, size)
    )


def record(code: int, body: bytes = b"") -> bytes:
    """One BIFF record."""
    return struct.pack("<HH", code, len(body)) + body


def biff(sheet: bytes, *, before: bytes = b"", name: str = "Лист1") -> bytes:
    """The stream of an old workbook around the records of its only sheet."""
    start = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0005, 0, 0, 0, 0)) + before
    text = name.encode("utf-16-le")
    length = 4 + 6 + 2 + len(text)
    offset = len(start) + length + 4
    bound = record(0x0085, struct.pack("<LBBBB", offset, 0, 0, len(name), 1) + text)
    body = record(0x0809, struct.pack("<HHHHLL", 0x0600, 0x0010, 0, 0, 0, 0))
    return start + bound + record(0x000A) + body + sheet + record(0x000A)


def biff_table(rows: Sequence[Sequence[str]] = (HEADER, *ROWS)) -> bytes:
    return b"".join(
        record(0x0204, struct.pack("<HHHHB", r, c, 0, len(text), 1) + text.encode("utf-16-le"))
        for r, row in enumerate(rows)
        for c, text in enumerate(row)
    )


def old_workbook() -> bytes:
    return compound(("Workbook", biff(biff_table())))
