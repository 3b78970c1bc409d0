"""Text files: CSV broken in every way, and files that are no tables at all."""

from collections.abc import Iterator

from tests.hostile.specimen import HEADER, ROWS, Specimen, csv_text, noise_bytes, reasons

_GOOD = csv_text()
_NOT_TABLE = reasons("not_a_table")


def text_specimens() -> Iterator[Specimen]:
    yield from _encodings()
    yield from _quotes()
    yield from _shapes()
    yield from _foreign()


def _encodings() -> Iterator[Specimen]:
    for encoding in ("utf-8", "utf-8-sig", "cp1251", "koi8-r", "cp866", "utf-16", "utf-16-le",
                     "utf-16-be"):  # fmt: skip
        yield Specimen(f"in-{encoding}.csv", _GOOD.encode(encoding), f"CSV в {encoding}", "read")
    lines = _GOOD.splitlines(keepends=True)
    mixed = b"".join(line.encode("cp1251" if n % 2 else "utf-8") for n, line in enumerate(lines))
    yield Specimen("mixed-lines.csv", mixed, "строки в UTF-8 и cp1251", "read")
    cells = lines[0].encode() + b";".join(
        part.encode("cp1251" if n % 2 else "utf-8") for n, part in enumerate(lines[1].split(";"))
    )
    yield Specimen("mixed-cells.csv", cells + _GOOD.encode(), "ячейки в UTF-8 и cp1251", "read")
    whole = _GOOD.rstrip().encode()
    yield Specimen(
        "cut-letter.csv", whole[:-1], "обрыв посреди буквы", reasons=reasons("truncated")
    )
    wide = _GOOD.encode("utf-16")
    yield Specimen("cut-utf16.csv", wide[:-1], "обрыв посреди UTF-16", reasons=reasons("truncated"))
    lone = "\ufeff".encode("utf-16-le") + b"\x00\xd8" * 50
    yield Specimen("surrogates.csv", lone, "половинки знаков UTF-16")
    yield Specimen("nul-bytes.csv", _GOOD.replace("Яма", "Я\0ма").encode(), "нулевой байт", "read")
    yield Specimen("only-bom.csv", b"\xef\xbb\xbf", "только метка порядка байтов")
    yield Specimen("only-bom-16.csv", b"\xff\xfe", "только метка UTF-16")
    overlong = _GOOD.encode().replace("Яма".encode(), b"\xc0\xaf\xf5\x80")
    yield Specimen("overlong.csv", overlong, "неверный UTF-8", "read")
    mac = _GOOD.replace("\r\n", "\r").encode()
    yield Specimen("mac-lines.csv", mac, "концы строк старого Mac", "read")
    separators = _GOOD.replace("Яма", "Я\u2028м\x85а").encode()
    yield Specimen("odd-lines.csv", separators, "редкие концы строк", "read")


def _quotes() -> Iterator[Specimen]:
    open_quote = reasons("unbalanced_quote", "cell_too_long")
    start = _GOOD.replace("Яма", '"Яма')
    yield Specimen("quote-open.csv", start.encode(), "кавычка не закрыта", reasons=open_quote)
    long = start + csv_text(ROWS) * 5000
    yield Specimen(
        "quote-open-long.csv", long.encode(), "кавычка съела 30 000 строк", reasons=open_quote
    )
    closed = start + 'H-7;"Источник";site;01.02.2026;Сугроб\r\n'
    yield Specimen(
        "quote-later.csv", closed.encode(), "кавычка закрыта через строки", reasons=open_quote
    )
    last = _GOOD + 'H-9;и;site;01.02.2026;"последняя'
    yield Specimen(
        "quote-last.csv", last.encode(), "кавычка в последней строке", reasons=open_quote
    )
    inside = _GOOD.replace("Яма", 'Я"м"а')
    yield Specimen("quote-inside.csv", inside.encode(), "кавычки внутри слова", "read")
    after = _GOOD.replace("Яма у дома 12 на улице Полевой, объехать нельзя", '"Яма" у дома')
    yield Specimen("quote-then-text.csv", after.encode(), "текст после кавычки", "read")
    lines = _GOOD.replace(
        "Яма у дома 12 на улице Полевой, объехать нельзя", '"Яма\n\n""там""\nи тут"'
    )
    yield Specimen("quote-lines.csv", lines.encode(), "текст в несколько строк", "read")
    yield Specimen("quotes-only.csv", b'"' * 10_001, "одни кавычки")
    single = "".join(";".join(f"'{c}" for c in row) + "\n" for row in (HEADER, *ROWS))
    yield Specimen("apostrophes.csv", single.encode(), "апостроф в каждой ячейке", "read")


def _shapes() -> Iterator[Specimen]:
    yield Specimen("empty.csv", b"", "пустой файл", reasons=reasons("empty"))
    yield Specimen("empty.xlsx", b"", "пустой файл XLSX", reasons=reasons("empty"))
    yield Specimen("one-byte.csv", b"x", "один байт")
    yield Specimen("blank-lines.csv", b"\r\n" * 5000, "одни пустые строки")
    yield Specimen("spaces.csv", b" " * 50_000, "одни пробелы")
    yield Specimen(
        "only-header.csv", csv_text([HEADER]).encode(), "только заголовок", reasons=reasons("empty")
    )
    yield Specimen("no-header.csv", b"1;2;3\n" * 40, "одни числа", reasons=reasons("no_header"))
    wide = reasons("too_many_columns")
    yield Specimen(
        "delimiters-million.csv", b";" * 1_000_000 + b"x\n", "миллион разделителей", reasons=wide
    )
    empty_wide = _GOOD.encode() + b";" * 1_000_000 + b"\n"
    yield Specimen("delimiters-empty.csv", empty_wide, "миллион пустых ячеек", "read")
    columns = ";".join(f"Столбец {n}" for n in range(300)) + "\n" + ";".join("x" * 300) + "\n"
    yield Specimen("columns-300.csv", columns.encode(), "300 столбцов", reasons=wide)
    cell = _GOOD + f"H-9;и;site;01.02.2026;{'вода ' * 40_000}\r\n"
    yield Specimen("cell-200k.csv", cell.encode(), "ячейка в 200 000 знаков", "read")
    quoted = _GOOD + 'H-9;и;site;01.02.2026;"' + "вода\n" * 4_000 + '"\r\n'
    yield Specimen("cell-4000-lines.csv", quoted.encode(), "ячейка в 4 000 строк", "read")
    huge = _GOOD + f"H-9;и;site;01.02.2026;{'я' * 3_000_000}\r\n"
    yield Specimen(
        "cell-3m.csv", huge.encode(), "ячейка в 3 млн знаков", reasons=reasons("cell_too_long")
    )
    line = b"x" * 20_000_000
    yield Specimen("line-20m.csv", line, "строка в 20 МБ", reasons=reasons("cell_too_long"))
    rows = csv_text([HEADER]).encode() + b"a;b;c;d;e\n" * 1_048_576
    yield Specimen("rows-1048576.csv", rows, "1 048 576 строк", reasons=reasons("too_many_rows"))
    ragged = _GOOD + "H-8;только две\r\n" + "H-9" + ";x" * 40 + "\r\n"
    yield Specimen("ragged.csv", ragged.encode(), "строки разной длины", "read")
    for name, delimiter in (("comma", ","), ("tab", "\t"), ("pipe", "|")):
        rows_of = [[c.replace(",", "") for c in row] for row in (HEADER, *ROWS)]
        text = csv_text(rows_of, delimiter)
        yield Specimen(f"by-{name}.csv", text.encode(), f"разделитель: {name}", "read")
    yield Specimen("sep-line.csv", ("sep=;\r\n" + _GOOD).encode(), "строка sep=", "read")
    titled = "Отчёт;;;;\r\n\r\nза февраль;;;;\r\n" + _GOOD
    yield Specimen("titles.csv", titled.encode(), "названия сверху", "read")
    for lacking in ("text", "received_at"):
        index = HEADER.index(lacking)
        kept = [[c for n, c in enumerate(row) if n != index] for row in (HEADER, *ROWS)]
        yield Specimen(
            f"without-{lacking}.csv", csv_text(kept).encode(), f"нет столбца {lacking}", "read",
            missing=(lacking,),
        )  # fmt: skip
    yield Specimen(
        "prose.txt", ("Сегодня, как обычно, шёл снег.\nЗавтра будет оттепель.\n" * 30).encode(),
        "обычный текст", "either", missing=("received_at", "text"),
    )  # fmt: skip
    injected = _GOOD.replace("Яма", "=HYPERLINK(A1) Яма")
    yield Specimen("formulas.csv", injected.encode(), "формулы в тексте", "read")
    dates = csv_text([HEADER, *((*row[:3], "позавчера", row[4]) for row in ROWS)])
    yield Specimen("dates-as-text.csv", dates.encode(), "слова вместо дат", "read")


def _foreign() -> Iterator[Specimen]:
    for size in (16, 100, 1000, 5000, 70_000, 1_000_000):
        noise = noise_bytes(size, size)
        yield Specimen(f"noise-{size}.bin", noise, f"{size} случайных байтов")
        yield Specimen(f"noise-{size}.xlsx", b"PK\x03\x04" + noise, "шум с сигнатурой ZIP")
    page = (
        "<html><head><meta charset='utf-8'></head><body><table><tr><td>1</td></tr></table></body>"
    )
    for name, content in (
        ("page.xls", page.encode()),
        ("page-1251.xls", "<!DOCTYPE html><title>Вход</title>".encode("cp1251")),
        ("page-16.xls", page.encode("utf-16")),
        ("table-only.xls", b"<table><tr><td>1</td></tr></table>"),
        ("book-2003.xml", b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com"/>'),
        ("page.mht", b"MIME-Version: 1.0\r\nContent-Type: multipart/related\r\n\r\n"),
        ("list.json", '[{"text": "вода"}]'.encode()),
        ("object.json", b'{"text": "x"}'),
        ("document.pdf", b"%PDF-1.7\n" + bytes(range(256)) * 10),
        ("pdf-as.xlsx", b"%PDF-1.7\n1 0 obj\n"),
        ("picture.png", b"\x89PNG\r\n\x1a\n" + bytes(500)),
        ("picture-as.csv", b"\xff\xd8\xff\xe0" + bytes(500)),
        ("picture.gif", b"GIF89a" + bytes(500)),
        ("picture.bmp", b"BM" + bytes(500)),
        ("program.exe", b"MZ" + bytes(500)),
        ("program.bin", b"\x7fELF" + bytes(500)),
        ("archive.rar", b"Rar!\x1a\x07\x01\x00" + bytes(500)),
        ("archive.7z", b"7z\xbc\xaf\x27\x1c" + bytes(500)),
        ("letter.rtf", rb"{\rtf1\ansi letter}"),
        ("base.sqlite", b"SQLite format 3\0" + bytes(500)),
        ("script.csv", b"#!/bin/sh\nrm -rf /\n"),
        ("zeros.csv", bytes(100_000)),
        ("numbers.parquet", b"PAR1" + bytes(500)),
    ):  # fmt: skip
        yield Specimen(name, content, "не таблица", reasons=_NOT_TABLE)
    yield Specimen("ones.xlsx", b"\xff" * 100_000, "одни единицы")
