"""Demo files: the real formats, four layouts that say the same, the same bytes for a seed."""

import csv
import json
import re
from collections import Counter
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from click.testing import CliRunner
from python_calamine import CalamineWorkbook

from app.board.map.boundaries import read_boundaries
from cli.demo import demo
from dev.demo.boundaries import demo_boundaries
from dev.demo.events import FRESH
from dev.demo.generate import only, write_cases, write_demo
from dev.demo.stream import DEFAULT_UNTIL, fresh, generate
from dev.demo.town import place_at, streets
from dev.demo.writers import canonical, heatmap, im
from dev.demo.writers.im import Layout, write_im
from tests.unit.test_demo_stream import CHANNELS, STATES

INTERFACE_COLUMNS = [
    "external_id",
    "source",
    "channel",
    "kind",
    "received_at",
    "registered_at",
    "title",
    "text",
    "author_name",
    "author_phone",
    "author_email",
    "author_address",
    "municipality",
    "settlement",
    "street",
    "house",
    "lat",
    "lon",
    "group",
    "theme",
    "appeal_code",
    "department",
    "executor",
    "state",
    "due_at",
    "closed_at",
    "result",
    "answer",
    "answered_at",
    "answer2",
    "answered2_at",
    "rating",
    "tags",
    "url",
]


def read(path: Path) -> list[list[object]]:
    book = CalamineWorkbook.from_path(path)
    return [list(row) for row in book.get_sheet_by_index(0).to_python()]


def clean_header(text: object) -> str:
    return " ".join(str(text).split()).lower()


def clean_cell(cell: object) -> object:
    """What an importer must get from any layout: text without apostrophe, one form of date."""
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    if not isinstance(cell, str):
        return cell
    text = cell.removeprefix("'")
    for form in ("%d.%m.%Y %H:%M:%S", "%Y-%m-%d %H:%M:%S"):
        try:
            return datetime.strptime(text, form)  # noqa: DTZ007 - the export has no zone
        except ValueError:
            continue
    return text


def by_header(rows: list[list[object]]) -> list[list[tuple[str, object]]]:
    names = [clean_header(name) for name in rows[0]]
    width = len(names)
    return [
        sorted(
            ((name, clean_cell(cell)) for name, cell in zip(names, row, strict=True)),
            key=lambda pair: (pair[0], str(pair[1])),
        )
        for row in ([*row, *[""] * (width - len(row))] for row in rows[1:])
    ]


@pytest.fixture(scope="module")
def layouts(tmp_path_factory: pytest.TempPathFactory) -> dict[Layout, list[list[object]]]:
    folder = tmp_path_factory.mktemp("layouts")
    cases = list(only(generate(260, 11), "im"))
    rows = {}
    for layout in Layout:
        path = folder / f"{layout}.xlsx"
        assert write_im(path, cases, layout) == len(cases) > 80
        rows[layout] = read(path)
    return rows


def test_each_layout_has_all_47_columns(layouts: dict[Layout, list[list[object]]]) -> None:
    wanted = sorted(clean_header(name) for name in im.COLUMNS)
    assert len(wanted) == 47
    for rows in layouts.values():
        assert sorted(clean_header(name) for name in rows[0]) == wanted
    assert len({tuple(map(str, rows[0])) for rows in layouts.values()}) == 4


def test_four_layouts_say_the_same(layouts: dict[Layout, list[list[object]]]) -> None:
    first = by_header(layouts[Layout.CABINET])
    for layout in (Layout.MONITORING, Layout.ARCHIVE, Layout.REGIONAL):
        assert by_header(layouts[layout]) == first, layout


def test_cabinet_is_quoted_and_day_first(layouts: dict[Layout, list[list[object]]]) -> None:
    header, *rows = layouts[Layout.CABINET]
    text, created, answer = (
        header.index(name) for name in ("Текст инцидента", "Дата создания", "1ый ответ ПИ")
    )
    assert all(str(row[text]).startswith("'") for row in rows)
    assert all(re.fullmatch(r"'\d\d\.\d\d\.\d{4} [\d:]{8}", str(row[created])) for row in rows)
    assert "'" in {row[answer] for row in rows}
    body = "\n".join(str(row[text]) for row in rows)
    assert "<br>" in body
    assert re.search(r"\[id\d+\|\S+ \S+\]", body)
    assert re.search(r"\[club\d+\|[^\]]+\]", body)


def test_monitoring_keeps_known_places_and_real_dates(
    layouts: dict[Layout, list[list[object]]],
) -> None:
    header, *rows = layouts[Layout.MONITORING]
    known = {
        "Дата создания": 19, "Дата окончания": 20, "Группа тем": 21, "Муниципалитет": 22,
        "Населенный пункт": 23, "Улица": 24, "Дом": 25, "Тип инцидента": 28,
        "Текст инцидента": 34, "Теги": 43,
    }  # fmt: skip
    for name, place in known.items():
        assert header.index(name) == place
    assert all(isinstance(row[19], datetime) for row in rows)


def test_durations_are_printed_like_pandas(layouts: dict[Layout, list[list[object]]]) -> None:
    header, *rows = layouts[Layout.REGIONAL]
    column = header.index("Время с начала создания инцидента до окончания")
    spans = [str(row[column]) for row in rows if row[column]]
    assert spans
    assert all(re.fullmatch(r"\d+ days \d\d:\d\d:\d\d\.\d{6}", span) for span in spans)


def test_addresses_lead_to_no_one(layouts: dict[Layout, list[list[object]]]) -> None:
    body = json.dumps(layouts[Layout.ARCHIVE], default=str, ensure_ascii=False)
    hosts = re.findall(r"https?://([^/\"]+)", body)
    assert hosts
    assert all(host.endswith(".example") for host in hosts)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("demo")
    write_demo(out, 2000, 1)
    return out


def test_manifest_counts_every_message_once(folder: Path) -> None:
    listed = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert sum(item["rows"] for item in listed) == 2000
    assert [item["profile"] for item in listed] == ["canonical", "heatmap", *["im"] * 4]
    for item in listed:
        path = folder / item["file"]
        if path.suffix == ".xlsx":
            assert len(read(path)) == item["rows"] + 1


def test_canonical_table_follows_the_interface(folder: Path) -> None:
    with (folder / "canonical-01.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert list(rows[0]) == INTERFACE_COLUMNS == list(canonical.COLUMNS)
    for row in rows:
        assert row["channel"] in CHANNELS
        assert row["kind"] in {"message", "appeal"}
        assert row["state"] in STATES
        assert row["text"]
        for name in ("received_at", "registered_at", "due_at", "closed_at", "answered_at"):
            if row[name]:
                datetime.fromisoformat(row[name])
        assert row["rating"] in {"", "1", "2", "3", "4", "5"}
        assert not row["appeal_code"] or re.fullmatch(r"\d{4}(\.\d{4}){3,4}", row["appeal_code"])
        assert not row["author_phone"] or row["author_phone"].startswith("+7 000 ")
        assert not row["author_email"] or "@example." in row["author_email"]
    located = sum(bool(row["lat"] and row["lon"]) for row in rows) / len(rows)
    assert 0.5 < located < 0.75
    assert any(row["appeal_code"] for row in rows)
    assert any(row["answer2"] for row in rows)
    assert all(row["kind"] == "appeal" for row in rows if row["channel"] == "paper")
    assert all(row["kind"] == "message" for row in rows if row["channel"] == "email")


def test_heat_map_has_ten_columns_and_no_text(folder: Path) -> None:
    header, *rows = read(folder / "heatmap-01.xlsx")
    assert header == heatmap.COLUMNS
    assert len(header) == 10
    assert {row[7] for row in rows} <= {"да", "нет"}
    assert {row[6] for row in rows} <= {0, 1}
    assert all(isinstance(row[8], datetime) for row in rows)


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    one, two, other = tmp_path / "one", tmp_path / "two", tmp_path / "other"
    write_demo(one, 150, 7)
    write_demo(two, 150, 7)
    write_demo(other, 150, 8)
    names = sorted(path.name for path in one.iterdir())
    assert names == sorted(path.name for path in two.iterdir())
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name
    assert (one / "canonical-01.csv").read_bytes() != (other / "canonical-01.csv").read_bytes()


def test_long_sheets_are_split(tmp_path: Path) -> None:
    written = write_cases(tmp_path, generate(300, 1), limit=20)
    assert sum(item.rows for item in written) == 300
    sheets = [item for item in written if item.profile != "canonical"]
    assert len(sheets) > 5
    assert all(item.rows <= 20 for item in sheets)


def test_command_writes_and_tells(tmp_path: Path) -> None:
    args = ["generate", "--messages", "40", "--seed", "3", "--out", str(tmp_path / "d")]
    plain = CliRunner().invoke(demo, args)
    assert plain.exit_code == 0, plain.output
    assert "Всего сообщений: 40" in plain.output
    listed = CliRunner().invoke(demo, [*args, "--until", "2026-01-31", "--json"])
    assert sum(item["rows"] for item in json.loads(listed.output)) == 40


def test_command_refuses_nonsense(tmp_path: Path) -> None:
    args = ["generate", "--messages", "0", "--out", str(tmp_path)]
    assert CliRunner().invoke(demo, args).exit_code == 2


def test_a_town_to_be_shown_ends_with_what_grows(tmp_path: Path) -> None:
    plain = write_demo(tmp_path / "plain", 400, 1)
    written = write_demo(tmp_path / "shown", 400, 1, growing=True)
    assert sum(one.rows for one in written) == sum(one.rows for one in plain) == 400
    last = list(fresh(1, DEFAULT_UNTIL, 400 - FRESH))
    assert [one.serial for one in last] == list(range(400 - FRESH, 400))
    told = Counter(one.received_at.date() for one in last if one.origin == "incident")
    assert list(told.values()) == sorted(told.values()), "more each day"
    assert max(told) == DEFAULT_UNTIL - timedelta(days=1)
    assert {one.origin for one in last} == {"incident", "campaign"}
    assert len({one.event for one in last}) == 2


def test_boundaries_of_the_town_hold_its_houses() -> None:
    features = read_boundaries(demo_boundaries())["features"]
    rings = [one["geometry"]["coordinates"][0] for one in features]
    for street in streets():
        at = place_at(street, "1")
        assert any(_inside(at.lon, at.lat, ring) for ring in rings), street.official


def _inside(lon: float, lat: float, ring: list[list[float]]) -> bool:
    """Of a convex ring: always on the same side."""
    sides = {
        (after[0] - before[0]) * (lat - before[1]) > (after[1] - before[1]) * (lon - before[0])
        for before, after in pairwise(ring)
    }
    return len(sides) == 1
