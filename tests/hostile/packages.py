"""Broken and hostile ZIP packages and OLE2 containers."""

import io
import random
import struct
import zipfile
import zlib
from collections.abc import Iterator

from tests.hostile.specimen import (
    PARTS,
    SHEET,
    Expect,
    Specimen,
    biff,
    biff_table,
    compound,
    noise_bytes,
    ods,
    ods_table,
    old_workbook,
    pack,
    reasons,
    record,
    relations,
    sheet_xml,
    table_xml,
    workbook,
    workbook_parts,
)

MIB = 1 << 20
_BOMB = reasons("zip_bomb", "broken", "timeout", "memory")


def package_specimens() -> Iterator[Specimen]:
    yield from _truncated()
    yield from _flipped()
    yield from _missing_parts()
    yield from _directories()
    yield from _bombs()
    yield from _names()
    yield from _other_packages()
    yield from _compounds()


def _truncated() -> Iterator[Specimen]:
    cut = reasons("truncated", "broken", "not_a_table", "empty", "no_header")
    for kind, whole, points in (
        ("xlsx", workbook(), 20),
        ("ods", ods(ods_table()), 6),
        ("xls", old_workbook(), 8),
    ):
        for point in range(1, points + 1):
            size = max(1, len(whole) * point // (points + 1))
            # the sectors of OLE2 are padded, so a cut near the end may lose nothing
            expect: Expect = "either" if kind == "xls" else "refuse"
            yield Specimen(f"cut-{point:02d}.{kind}", whole[:size], "обрыв файла", expect, cut)
    yield Specimen("cut-last-byte.xlsx", workbook()[:-1], "нет последнего байта", "refuse", cut)
    yield Specimen("cut-head.xlsx", workbook()[200:], "нет начала файла", "either")


def _flipped() -> Iterator[Specimen]:
    for kind, whole, times in (
        ("xlsx", workbook(), 24),
        ("ods", ods(ods_table()), 8),
        ("xls", old_workbook(), 16),
    ):
        for seed in range(times):
            dice = random.Random(seed)  # noqa: S311 - repeatable damage
            content = bytearray(whole)
            for _ in range(1 + seed % 4):
                content[dice.randrange(len(content))] ^= 1 << dice.randrange(8)
            yield Specimen(f"flip-{seed:02d}.{kind}", bytes(content), "перевёрнутые биты", "either")
    noise = bytearray(workbook())
    noise[300:700] = noise_bytes(400, 1)
    yield Specimen("noise-inside.xlsx", bytes(noise), "шум посреди файла")


def _missing_parts() -> Iterator[Specimen]:
    for key, name in PARTS.items():
        parts = workbook_parts()
        del parts[name]
        # the content types and the shared strings are not needed to read this table
        expect: Expect = "read" if key in ("types", "strings", "root") else "refuse"
        yield Specimen(f"without-{key}.xlsx", pack(parts), f"нет части {key}", expect)
        yield Specimen(f"empty-{key}.xlsx", workbook(**{key: ""}), f"пустая часть {key}", "either")
        yield Specimen(
            f"text-{key}.xlsx", workbook(**{key: "просто текст"}), f"часть {key} не XML", "either"
        )


def _directories() -> Iterator[Specimen]:
    whole = workbook()
    end = whole.rfind(b"PK\x05\x06")
    claims = whole[: end + 10] + struct.pack("<HL", 60_000, 0x7FFFFFFF) + whole[end + 16 :]
    yield Specimen("claims-big-directory.xlsx", claims, "ложный размер оглавления")
    yield Specimen("no-directory.xlsx", whole[:end], "нет оглавления")
    yield Specimen("only-directory.xlsx", whole[end:], "только конец оглавления")
    yield Specimen("garbage-before.xlsx", b"MZ" + bytes(64) + whole, "лишнее перед архивом")
    yield Specimen("garbage-after.xlsx", whole + b"x" * 1000, "лишнее после архива", "either")
    yield Specimen("two-in-one.xlsx", whole + whole, "два файла подряд", "either")
    yield Specimen("many-parts.xlsx", _many(70_000), "70 000 частей", reasons=_BOMB)
    yield Specimen("parts-6000.xlsx", _many(6_000), "6 000 частей", reasons=_BOMB)
    for name, at, value in (("encrypted", 8, 1), ("method-99", 10, 99), ("method-bzip2", 10, 12)):
        content = bytearray(whole)
        place = content.find(b"PK\x01\x02")
        while place >= 0:
            struct.pack_into("<H", content, place + at, value)
            place = content.find(b"PK\x01\x02", place + 4)
        yield Specimen(f"{name}.xlsx", bytes(content), f"признак архива: {name}")
    content = bytearray(whole)
    struct.pack_into("<L", content, content.find(b"PK\x01\x02") + 42, 0x7FFFFFF0)
    yield Specimen("part-outside.xlsx", bytes(content), "часть за концом файла", "either")
    yield Specimen(
        "wrong-checksum.xlsx", _changed_entry(16, 0xDEADBEEF), "ложная контрольная сумма"
    )


def _many(count: int) -> bytes:
    parts = workbook_parts()
    parts.update({f"xl/media/{n}.bin": b"" for n in range(count)})
    return pack(parts, stored=True)


def _changed_entry(at: int, value: int) -> bytes:
    """The sheet's record in the directory with one of its fields replaced."""
    content = bytearray(workbook())
    place = content.rfind(SHEET.encode()) - 46
    struct.pack_into("<L", content, place + at, value)
    return bytes(content)


def _bombs() -> Iterator[Specimen]:
    spaces = sheet_xml(" " * (24 * MIB))
    yield Specimen("bomb-spaces.xlsx", workbook(spaces), "24 МБ пробелов", reasons=_BOMB)
    cells = sheet_xml("<row>" + "<c/>" * (3 * MIB) + "</row>")
    yield Specimen("bomb-cells.xlsx", workbook(cells), "3 млн пустых ячеек", reasons=_BOMB)
    letters = sheet_xml(f"<row><c t='str'><v>{'a' * (24 * MIB)}</v></c></row>")
    yield Specimen("bomb-cell.xlsx", workbook(letters), "ячейка в 24 МБ", reasons=_BOMB)
    texts = "<sst>" + "<si><t>a</t></si>" * MIB + "</sst>"
    yield Specimen("bomb-strings.xlsx", workbook(strings=texts), "миллион строк", reasons=_BOMB)
    links = relations(extra="<Relationship/>" * MIB)
    yield Specimen("bomb-links.xlsx", workbook(links=links), "миллион связей", reasons=_BOMB)
    yield Specimen(
        "bomb-claimed.xlsx", _changed_entry(24, 0xFFFFFFF0), "часть называет себя в 4 ГБ",
        reasons=_BOMB,
    )  # fmt: skip
    yield Specimen("bomb-lying.xlsx", _lying(), "24 МБ выдают себя за 300 байт", reasons=_BOMB)
    inner = pack({"zeros": bytes(50 * MIB)})
    nested = pack({f"{n}.zip": inner for n in range(20)})
    yield Specimen("bomb-nested.zip", nested, "архивы в архиве", reasons=reasons("not_a_table"))
    yield Specimen(
        "bomb-nested.xlsx", nested, "архивы вместо книги", reasons=reasons("not_a_table")
    )
    parts = workbook_parts()
    parts["xl/embeddings/book.xlsx"] = inner
    yield Specimen("nested-unused.xlsx", pack(parts), "вложенный архив, который не нужен", "read")
    yield Specimen("bomb.ods", ods(" " * (24 * MIB)), "24 МБ пробелов в ODS", reasons=_BOMB)
    yield Specimen("bomb-overlap.zip", _overlapping(), "части лежат друг на друге")
    yield Specimen("bomb.gz.csv", _gzip(bytes(10 * MIB)), "GZIP вместо CSV")


def _gzip(content: bytes) -> bytes:
    machine = zlib.compressobj(9, zlib.DEFLATED, 31)
    return machine.compress(content) + machine.flush()


def _lying() -> bytes:
    parts = workbook_parts(sheet_xml(" " * (24 * MIB)))
    content = bytearray(pack(parts))
    place = content.rfind(SHEET.encode()) - 46
    struct.pack_into("<L", content, place + 24, 300)
    return bytes(content)


def _overlapping() -> bytes:
    """Two hundred names for the same bytes, as in the bombs of D. Fifield."""
    one = io.BytesIO()
    with zipfile.ZipFile(one, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("xl/workbook.xml", bytes(5 * MIB))
    whole = one.getvalue()
    at, end = whole.find(b"PK\x01\x02"), whole.rfind(b"PK\x05\x06")
    entry, name = whole[at:end], b"xl/workbook.xml"
    entries = b"".join(
        entry.replace(name, f"xl/workb{n:03d}.xml".encode()) for n in range(200)
    ).replace(b"xl/workb000.xml", name)
    tail = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 200, 200, len(entries), at, 0)
    return whole[:at] + entries + tail


def _names() -> Iterator[Specimen]:
    for key, name in (
        ("up", "../../../etc/cron.d/evil"),
        ("root", "/etc/passwd"),
        ("drive", "C:\\Windows\\evil.dll"),
        ("back", "..\\..\\evil.dll"),
        ("inside", "xl/../../evil"),
    ):
        parts = workbook_parts()
        parts[name] = "зло"
        yield Specimen(f"path-{key}.xlsx", pack(parts), f"имя части {name}")
    parts = workbook_parts()
    parts["XL/WORKSHEETS/SHEET1.XML"] = sheet_xml("")
    yield Specimen("twice.xlsx", pack(parts), "две части с одним именем")
    slashes = {name.replace("/", "\\"): text for name, text in workbook_parts().items()}
    yield Specimen("backslashes.xlsx", pack(slashes), "обратные косые в именах", "read")
    cyrillic = {name: text for name, text in workbook_parts().items() if name != SHEET}
    cyrillic["xl/worksheets/лист.xml"] = sheet_xml(table_xml())
    cyrillic[PARTS["links"]] = relations(("rId1", "worksheet", "worksheets/лист.xml"))
    yield Specimen("cyrillic-part.xlsx", pack(cyrillic), "имя части кириллицей", "read")


def _other_packages() -> Iterator[Specimen]:
    office = reasons("not_a_table")
    for name, parts in (
        ("letter.docx", {"[Content_Types].xml": "x", "word/document.xml": "x"}),
        ("slides.pptx", {"[Content_Types].xml": "x", "ppt/presentation.xml": "x"}),
        ("letter-as.xlsx", {"[Content_Types].xml": "x", "word/document.xml": "x"}),
        ("letter.odt", {"mimetype": "application/vnd.oasis.opendocument.text", "content.xml": ""}),
        ("photos.zip", {"a.jpg": "x", "b.jpg": "y"}),
        ("program.jar", {"META-INF/MANIFEST.MF": "x", "A.class": "y"}),
        ("csv-inside.zip", {"table.csv": "a;b\n1;2\n"}),
    ):
        yield Specimen(name, pack(parts), "другой вид архива", reasons=office)
    yield Specimen("nothing.xlsx", pack({}), "пустой архив")
    types = pack({"[Content_Types].xml": "<Types/>"})
    yield Specimen("only-types.xlsx", types, "книга без частей")
    yield Specimen("binary.xlsb", pack({"xl/workbook.bin": bytes(100)}), "книга XLSB из нулей")
    noise = noise_bytes(5000, 3)
    yield Specimen("noise.xlsb", pack({"xl/workbook.bin": noise}), "книга XLSB из шума")
    yield Specimen("not-xml.ods", ods("<table:table>"), "незакрытая разметка ODS")
    yield Specimen("empty.ods", ods(""), "ODS без листов")
    doctype = ods(ods_table()).replace(b"zzz", b"")
    parts_ods = {
        "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
        "content.xml": '<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>',
        "META-INF/manifest.xml": "<x/>",
    }
    yield Specimen("doctype.ods", pack(parts_ods), "DOCTYPE в ODS")
    yield Specimen("renamed-ods.xlsx", doctype, "ODS под именем XLSX", "read")
    secret = (
        '<manifest:file-entry manifest:full-path="content.xml" manifest:media-type="text/xml">'
        '<manifest:encryption-data manifest:checksum="x"/></manifest:file-entry>'
    )
    yield Specimen("secret.ods", ods(ods_table(), manifest=secret), "ODS с паролем", "either")
    wide = '<table:table-row><table:table-cell table:number-columns-repeated="16000" '
    wide += 'office:value-type="string"><text:p>x</text:p></table:table-cell></table:table-row>'
    yield Specimen(
        "repeated-columns.ods", ods(f'<table:table table:name="A">{wide}</table:table>'),
        "16 000 одинаковых ячеек",
    )  # fmt: skip
    tall = wide.replace(
        "<table:table-row>", '<table:table-row table:number-rows-repeated="1000000">'
    )
    yield Specimen(
        "repeated-rows.ods", ods(f'<table:table table:name="A">{tall}</table:table>'),
        "16 млрд одинаковых ячеек",
    )  # fmt: skip


def _compounds() -> Iterator[Specimen]:
    secret = compound(("EncryptionInfo", b"x"), ("EncryptedPackage", bytes(6000)))
    yield Specimen("password.xlsx", secret, "XLSX с паролем", reasons=reasons("encrypted"))
    locked = biff(biff_table(), before=record(0x002F, bytes(54)))
    yield Specimen(
        "password.xls", compound(("Workbook", locked)), "XLS с паролем",
        reasons=reasons("encrypted", "broken"),
    )  # fmt: skip
    for name, stream in (
        ("letter.doc", "WordDocument"),
        ("letter-as.xls", "WordDocument"),
        ("slides.ppt", "PowerPoint Document"),
        ("drawing.vsd", "VisioDocument"),
        ("mail.msg", "__properties_version1.0"),
    ):
        yield Specimen(name, compound((stream, bytes(100))), "другой документ OLE2")
    yield Specimen("unknown.xls", compound(("Что-то", b"x")), "OLE2 без книги")
    yield Specimen("ole-head.xls", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "только сигнатура OLE2")
    noise = noise_bytes(8000, 5)
    yield Specimen("ole-noise.xls", compound(("Workbook", noise)), "шум вместо записей")
    after = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + noise
    yield Specimen("ole-garbage.xls", after, "шум после сигнатуры")
    loop = bytearray(old_workbook())
    struct.pack_into("<L", loop, 512 + 4 * 2, 2)
    yield Specimen("ole-loop.xls", bytes(loop), "цепочка секторов замкнута", "either")
    records: tuple[tuple[str, bytes, Expect], ...] = (
        ("huge-record", record(0x0204, b"")[:2] + b"\xff\xff", "either"),
        ("long-label", record(0x0204, struct.pack("<HHHHB", 0, 0, 0, 65535, 1) + b"ab"), "either"),
        ("far-cell", record(0x0203, struct.pack("<HHHd", 65535, 255, 0, 1.0)), "either"),
        (
            "bad-string",
            biff_table() + record(0x00FD, struct.pack("<HHHL", 9, 0, 0, 1 << 31)),
            "either",
        ),
        (
            "nan",
            biff_table() + record(0x0203, struct.pack("<HHHd", 9, 0, 0, float("nan"))),
            "either",
        ),
        ("no-cells", b"", "refuse"),
    )
    for name, body, expect in records:
        yield Specimen(f"{name}.xls", compound(("Workbook", biff(body))), f"BIFF: {name}", expect)
    old = record(0x0009, struct.pack("<HH", 2, 0x10)) + bytes(100)
    yield Specimen("excel-2.xls", old, "Excel 2.0 без контейнера")
    yield Specimen("renamed-xls.xlsx", old_workbook(), "XLS под именем XLSX", "read")
    yield Specimen("renamed-xlsx.xls", workbook(), "XLSX под именем XLS", "read")
    yield Specimen("renamed-xlsx.csv", workbook(), "XLSX под именем CSV", "read")
