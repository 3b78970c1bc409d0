"""Workbooks that open, with hostile or merely odd sheets inside."""

from collections.abc import Iterator

from tests.hostile.specimen import (
    CONTENT_TYPES,
    HEADER,
    ROWS,
    Expect,
    Specimen,
    book_xml,
    cell_xml,
    column_letters,
    pack,
    reasons,
    relations,
    row_xml,
    sheet_xml,
    strings_xml,
    table_xml,
    workbook,
    workbook_parts,
)

_ENTITIES = "".join(
    f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' if n else '<!ENTITY l0 "lol">' for n in range(10)
)


def sheet_specimens() -> Iterator[Specimen]:
    yield from _xml()
    yield from _references()
    yield from _sizes()
    yield from _values()
    yield from _headings()
    yield from _books()


def _xml() -> Iterator[Specimen]:
    table = sheet_xml(table_xml())
    for name, text, why in (
        ("entities", f"<!DOCTYPE x [{_ENTITIES}]>{table}", "миллиард смешков"),
        (
            "outer",
            '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>' + table,
            "внешняя сущность",
        ),
        ("quadratic", f'<!DOCTYPE x [<!ENTITY a "{"a" * 50_000}">]>' + table, "длинная сущность"),
        ("remote", '<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">' + table, "внешний DTD"),
        ("parameter", '<!DOCTYPE x [<!ENTITY % p "x">%p;]>' + table, "сущность-параметр"),
        ("unclosed", table[: len(table) // 2], "разметка обрывается"),
        ("crossed", table.replace("</row>", "</c>", 1), "теги закрыты крест-накрест"),
        ("two-roots", table + table, "два корня"),
        ("bad-entity", table.replace("external_id", "&unknown;"), "неизвестная сущность"),
        ("control", table.replace("external_id", "a\x01b"), "управляющий знак в XML"),
        ("attribute", table.replace('r="1"', "r=1"), "атрибут без кавычек"),
        (
            "bad-encoding",
            '<?xml version="1.0" encoding="x-none"?>' + table,
            "неизвестная кодировка",
        ),
        ("html", "<html><body>Вход в систему</body></html>", "веб-страница вместо листа"),
    ):
        yield Specimen(f"xml-{name}.xlsx", workbook(text), why)
        if name in ("entities", "outer"):
            shared = text.replace(table, strings_xml("x"))
            yield Specimen(f"xml-{name}-strings.xlsx", workbook(strings=shared), f"{why} в строках")
            book = text.replace(table, book_xml("Лист1"))
            yield Specimen(f"xml-{name}-book.xlsx", workbook(book=book), f"{why} в книге")
    deep = "<a>" * 200_000 + "</a>" * 200_000
    yield Specimen("xml-deep.xlsx", workbook(sheet_xml(deep)), "глубина 200 000", "either")
    inside = sheet_xml(table_xml(), after=deep)
    yield Specimen("xml-deep-after.xlsx", workbook(inside), "глубина после таблицы", "either")
    attribute = sheet_xml(f'<row r="{"9" * 5_000_000}"/>' + table_xml())
    yield Specimen("xml-long-attribute.xlsx", workbook(attribute), "атрибут в 5 МБ", "read")
    utf16 = ('<?xml version="1.0" encoding="UTF-16"?>' + table).encode("utf-16")
    yield Specimen("xml-utf16.xlsx", workbook(sheet=utf16), "лист в UTF-16", "read")
    invalid = table.encode().replace("воды".encode(), b"\xff\xfe\xfd")
    yield Specimen("xml-invalid-utf8.xlsx", workbook(sheet=invalid), "лист не в UTF-8")
    prefixed = table.replace("xmlns=", "xmlns:x=").replace("</", "</x:").replace("<", "<x:")
    prefixed = prefixed.replace("<x:/x:", "</x:")
    yield Specimen("xml-prefixed.xlsx", workbook(prefixed), "имена с приставкой", "read")


def _references() -> Iterator[Specimen]:
    one = '<c r="A9" t="s"><v>{}</v></c>'
    for name, value in (
        ("past", "999"),
        ("negative", "-1"),
        ("float", "0.5"),
        ("word", "abc"),
        ("huge", "9" * 40),
    ):
        row = f'<row r="9">{one.format(value)}</row>'
        yield Specimen(
            f"string-{name}.xlsx", workbook(sheet_xml(table_xml() + row)),
            f"номер общей строки: {value[:12]}", reasons=reasons("broken"),
        )  # fmt: skip
    cells: tuple[tuple[str, str, Expect], ...] = (
        ("far-column", cell_xml("XFD9", "x"), "refuse"),
        ("beyond-column", cell_xml("ZZZ9", "x"), "refuse"),
        ("no-reference", '<c t="inlineStr"><is><t>x</t></is></c>', "read"),
        ("word-reference", cell_xml("привет", "x"), "read"),
        ("zero-reference", cell_xml("A0", "x"), "read"),
        ("huge-reference", cell_xml("A" * 5000 + "9", "x"), "read"),
        ("negative-reference", cell_xml("A-9", "x"), "read"),
        ("far-empty", '<c r="XFD9"/>', "read"),
        ("backwards", cell_xml("C9", "x") + cell_xml("A9", "y"), "read"),
    )
    for name, cell, expect in cells:
        sheet = sheet_xml(table_xml() + f'<row r="9">{cell}</row>')
        yield Specimen(f"ref-{name}.xlsx", workbook(sheet), f"ссылка на ячейку: {name}", expect)
    for name, number in (
        ("last", "1048576"), ("beyond", "99999999999"), ("zero", "0"), ("negative", "-5"),
        ("word", "abc"), ("again", "2"), ("huge", "9" * 1000), ("arabic", "٣"),
    ):  # fmt: skip
        row = f'<row r="{number}">{cell_xml("A9", "H-9")}</row>'
        yield Specimen(
            f"row-{name}.xlsx", workbook(sheet_xml(table_xml() + row)),
            f"номер строки: {number[:12]}", "read",
        )  # fmt: skip
    corner = sheet_xml(f'<row r="1048576">{cell_xml("XFD1048576", "x")}</row>')
    yield Specimen("corner.xlsx", workbook(corner), "единственная ячейка XFD1048576")
    claimed = sheet_xml(table_xml(), before='<dimension ref="A1:XFD1048576"/>')
    yield Specimen("dimension.xlsx", workbook(claimed), "лист называет себя полным", "read")
    merged = sheet_xml(
        table_xml(), after='<mergeCells><mergeCell ref="A1:XFD1048576"/></mergeCells>'
    )
    yield Specimen("merged-all.xlsx", workbook(merged), "объединён весь лист", "read")


def _sizes() -> Iterator[Specimen]:
    filled = "".join(f'<row><c r="A{n}"><v>{n}</v></c></row>' for n in range(2, 1_048_577))
    full = sheet_xml(row_xml(1, HEADER) + filled)
    yield Specimen(
        "rows-1048576.xlsx", workbook(full), "1 048 576 строк",
        reasons=reasons("too_many_rows"),
    )  # fmt: skip
    numbered = "".join(f'<row r="{n}" s="1"/>' for n in range(8, 1_048_577))
    yield Specimen(
        "rows-empty-1048576.xlsx", workbook(sheet_xml(table_xml() + numbered)),
        "1 048 576 строк, почти все пустые", "read",
    )  # fmt: skip
    wide = [[*HEADER, *(f"Столбец {n}" for n in range(295))], [*ROWS[0], *("x" * 295)]]
    columns = reasons("too_many_columns")
    yield Specimen(
        "columns-300.xlsx", workbook(sheet_xml(table_xml(wide))), "300 столбцов", reasons=columns
    )
    full_row = "".join(cell_xml(f"{column_letters(n)}1", f"с{n}") for n in range(16384))
    yield Specimen(
        "columns-16384.xlsx", workbook(sheet_xml(f'<row r="1">{full_row}</row>')),
        "16 384 столбца", reasons=columns,
    )  # fmt: skip
    late = table_xml() + row_xml(8, [*ROWS[0], *("x" * 400)])
    yield Specimen(
        "columns-late.xlsx", workbook(sheet_xml(late)), "400 ячеек в строке 8", reasons=columns
    )
    for name, size in (("200k", 200_000), ("2m", 2_000_000)):
        long = [HEADER, *ROWS, ("H-9", "и", "site", "01.02.2026", "вода " * (size // 5))]
        yield Specimen(
            f"cell-{name}.xlsx", workbook(sheet_xml(table_xml(long))), f"ячейка {name}", "read"
        )
    many = [HEADER, *([*ROWS[0][:4], "я" * 32_767] for _ in range(50))]
    yield Specimen(
        "cells-32767.xlsx", workbook(sheet_xml(table_xml(many))), "50 полных ячеек", "read"
    )


def _values() -> Iterator[Specimen]:
    for name, cell in (
        ("inf", "<c r='A8'><v>1e999</v></c>"),
        ("nan", "<c r='A8'><v>NaN</v></c>"),
        ("word", "<c r='A8'><v>не число</v></c>"),
        ("long-number", f"<c r='A8'><v>{'9' * 10_000}</v></c>"),
        ("bad-date", "<c r='D8' t='d'><v>2026-99-99</v></c>"),
        ("iso-date", "<c r='D8' t='d'><v>2026-02-01T10:00:00</v></c>"),
        ("error", "<c r='A8' t='e'><v>#REF!</v></c>"),
        ("boolean", "<c r='A8' t='b'><v>5</v></c>"),
        ("unknown-type", "<c r='A8' t='zzz'><v>x</v></c>"),
        ("unknown-style", "<c r='A8' s='99999'><v>1</v></c>"),
        ("escapes", cell_xml("A8", "_x0000__xD800__x0007_ _xZZZZ_")),
        ("formula", "<c r='A8' t='str'><f>CONCAT(A1;B1)</f><v>H-8</v></c>"),
        ("formula-uncounted", "<c r='A8'><f>1/0</f></c>"),
        ("command", cell_xml("A8", "=cmd|' /C calc'!A0")),
        ("link", cell_xml("A8", "=HYPERLINK(&quot;http://x&quot;)")),
        ("script", cell_xml("A8", "<script>alert(1)</script>")),
        ("emoji", cell_xml("A8", "👨‍👩‍👧‍👦" * 1000)),
        ("direction", cell_xml("A8", "\u202eтекст наоборот\u202c")),
        ("rich", "<c r='A8' t='inlineStr'><is><r><t>H</t></r><rPh><t>x</t></rPh></is></c>"),
    ):  # fmt: skip
        sheet = sheet_xml(table_xml() + f'<row r="8">{cell}</row>')
        yield Specimen(f"value-{name}.xlsx", workbook(sheet), f"значение: {name}", "read")
    dated = [HEADER, *((*row[:3], "'31.02.2026", row[4]) for row in ROWS)]
    yield Specimen(
        "dates-as-text.xlsx", workbook(sheet_xml(table_xml(dated))), "дат таких нет", "read"
    )


def _headings() -> Iterator[Specimen]:
    empty = reasons("empty")
    yield Specimen("no-cells.xlsx", workbook(sheet_xml("")), "пустой лист", reasons=empty)
    header = table_xml([HEADER])
    yield Specimen(
        "only-header.xlsx", workbook(sheet_xml(header)), "только заголовок", reasons=empty
    )
    numbers = "".join(f'<row r="{n}"><c><v>{n}</v></c><c><v>7</v></c></row>' for n in range(1, 9))
    yield Specimen(
        "no-header.xlsx", workbook(sheet_xml(numbers)), "одни числа", reasons=reasons("no_header")
    )
    titled = row_xml(1, ["Отчёт за февраль"]) + row_xml(2, ["Выгружено 01.03.2026"])
    yield Specimen(
        "titles.xlsx",
        workbook(sheet_xml(titled + table_xml(start=4))),
        "два названия сверху",
        "read",
    )
    deep = "".join(row_xml(n, [f"Примечание {n}"]) for n in range(1, 41))
    yield Specimen(
        "header-deep.xlsx", workbook(sheet_xml(deep + table_xml(start=41))), "заголовок ниже 40",
        "either", missing=("received_at", "text"),
    )  # fmt: skip
    for lacking in ("text", "received_at"):
        index = HEADER.index(lacking)
        rows = [tuple(c for n, c in enumerate(row) if n != index) for row in (HEADER, *ROWS)]
        yield Specimen(
            f"without-{lacking}.xlsx", workbook(sheet_xml(table_xml(rows))),
            f"нет столбца {lacking}", "read", missing=(lacking,),
        )  # fmt: skip
    foreign = [("Название", "Цена"), ("Хлеб", "45"), ("Молоко", "90")]
    yield Specimen(
        "price-list.xlsx", workbook(sheet_xml(table_xml(foreign))), "прайс-лист", "read",
        missing=("received_at", "text"),
    )  # fmt: skip
    twice = [(*HEADER, "text", "text"), *((*row, "ещё", "и ещё") for row in ROWS)]
    yield Specimen(
        "header-twice.xlsx", workbook(sheet_xml(table_xml(twice))), "три столбца text", "read"
    )


def _books() -> Iterator[Specimen]:
    cover = sheet_xml(table_xml([("Отчёт",), ("за февраль",)]))
    table = sheet_xml(table_xml())
    yield Specimen("second-sheet.xlsx", workbook(cover, table), "таблица на втором листе", "read")
    covers = workbook(*[cover] * 200)
    yield Specimen("sheets-200.xlsx", covers, "200 листов", "read", missing=("received_at", "text"))
    yield Specimen("no-sheets.xlsx", workbook(book=book_xml()), "книга без листов")
    chart = relations(("rId1", "chartsheet", "worksheets/sheet1.xml"))
    yield Specimen("only-chart.xlsx", workbook(links=chart), "только диаграмма")
    lost = relations(("rId1", "worksheet", "worksheets/none.xml"))
    yield Specimen("lost-sheet.xlsx", workbook(links=lost), "лист, которого нет")
    out = relations(("rId1", "worksheet", "../../../../etc/passwd"))
    yield Specimen("sheet-outside.xlsx", workbook(links=out), "лист за пределами книги")
    outer = (
        '<Relationship Id="rId1" Type="x/worksheet" Target="http://127.0.0.1:1/" '
        'TargetMode="External"/>'
    )
    yield Specimen("sheet-remote.xlsx", workbook(links=relations(extra=outer)), "лист по ссылке")
    linked = workbook_parts()
    linked["xl/externalLinks/externalLink1.xml"] = "<externalLink/>"
    yield Specimen("external-link.xlsx", pack(linked), "ссылка на чужую книгу", "read")
    macro = workbook_parts()
    macro["xl/vbaProject.bin"] = b"x"
    macro["[Content_Types].xml"] = CONTENT_TYPES
    yield Specimen("macro.xlsm", pack(macro), "книга с макросом", "read")
    itself = relations(("rId1", "worksheet", "workbook.xml"))
    yield Specimen("sheet-is-book.xlsx", workbook(links=itself), "книга вместо листа")
    old = book_xml("Лист1", extra='<workbookPr date1904="1"/>')
    yield Specimen("dates-1904.xlsx", workbook(book=old), "счёт дней с 1904 года", "read")
    long = book_xml("Л" * 5000)
    yield Specimen("long-name.xlsx", workbook(book=long), "имя листа в 5 000 букв", "read")
