"""Whole pages and fragments, the frame around them, the list of keys."""

import re
from html.parser import HTMLParser
from typing import Any

import pytest
from jinja2 import UndefinedError
from litestar import Litestar
from litestar.plugins.jinja import JinjaTemplateEngine
from litestar.testing import AsyncTestClient

from app.accounts.roles import GRANTS, Role
from app.viewer import LOCAL_VIEWER, Viewer
from app.web.assets import STATIC
from app.web.navigation import NAVIGATION, offered_to

Client = AsyncTestClient[Litestar]


class Tags(HTMLParser):
    """Remembers every tag with its attributes."""

    def __init__(self, markup: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.feed(markup)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize(
    ("headers", "whole"),
    [
        ({}, True),
        ({"HX-Request": "true"}, False),
        ({"HX-Request": "true", "HX-History-Restore-Request": "true"}, True),
        ({"HX-Request": "true", "HX-Boosted": "true"}, True),
    ],
)
async def test_fragment_only_for_a_plain_htmx_request(
    lone: Client, headers: dict[str, str], whole: bool
) -> None:
    answer = await lone.get("/two", headers=headers)
    assert answer.status_code == 200
    assert ("<html" in answer.text) is whole
    assert answer.headers["vary"] == "HX-Request"
    assert answer.headers["content-type"].startswith("text/html")


async def test_page_keeps_to_the_policy(lone: Client) -> None:
    markup = (await lone.get("/gallery")).text
    tags = Tags(markup)
    for tag, attributes in tags.found:
        assert "style" not in attributes, tag
        assert not [name for name in attributes if name.startswith(("on", "hx-on"))], tag
    assert not tags.all("style")
    assert all(script.get("src") for script in tags.all("script"))
    outside = [
        value
        for _, attributes in tags.found
        for name, value in attributes.items()
        if name in {"src", "href", "action"} and re.match(r"(?:\w+:)?//", value or "")
    ]
    assert outside == []


async def test_every_control_has_a_label_and_every_note_its_target(lone: Client) -> None:
    tags = Tags((await lone.get("/gallery")).text)
    ids = [attributes["id"] for _, attributes in tags.found if "id" in attributes]
    assert len(ids) == len(set(ids))
    labels = {label.get("for") for label in tags.all("label")}
    for control in tags.all("input") + tags.all("select") + tags.all("textarea"):
        if control.get("type") not in {"hidden", "checkbox"}:
            assert control["id"] in labels
        for note in (control.get("aria-describedby") or "").split():
            assert note in ids


async def test_icons_used_are_in_the_sprite(lone: Client) -> None:
    sprite = (STATIC / "vendor/icons/sprite.svg").read_text()
    used = {
        str(use["href"]).partition("#")[2]
        for use in Tags((await lone.get("/gallery")).text).all("use")
    }
    assert len(used) > 20
    assert [name for name in used if f'id="{name}"' not in sprite] == []


async def test_navigation_marks_the_current_section(lone: Client) -> None:
    tags = Tags((await lone.get("/system")).text)
    current = [link["href"] for link in tags.all("a") if link.get("aria-current") == "page"]
    assert current == ["/system"]
    shown = {link.get("href") for link in tags.all("a")}
    assert {item.path for item in NAVIGATION} <= shown


def test_a_full_bar_folds_the_rare_sections_and_loses_none() -> None:
    def offered(*roles: Role) -> tuple[list[str], list[str]]:
        permissions = frozenset().union(*(GRANTS[role].permissions for role in roles))
        found = offered_to(Viewer("one", permissions=permissions))
        return [one.path for one in found.shown], [one.path for one in found.folded]

    usual = [
        "/today",
        "/work",
        "/search",
        "/problems",
        "/cases/new",
        "/duplicates",
        "/imports",
        "/exports",
    ]
    rare = ["/people", "/books", "/audit", "/system"]
    assert offered(Role.COORDINATOR, Role.ADMINISTRATOR) == (usual, rare)
    assert offered(Role.ADMINISTRATOR) == (rare, [])
    assert offered(Role.COORDINATOR) == (usual, [])
    assert offered(Role.CURATOR) == (
        ["/today", "/work", "/search", "/problems", "/exports", "/audit"],
        [],
    )
    assert offered_to(None).everything == ()


async def test_who_is_signed_in_is_said_with_a_way_out(lone: Client) -> None:
    text = (await lone.get("/system")).text
    assert LOCAL_VIEWER.title in text
    assert {"/me"} <= {link.get("href") for link in Tags(text).all("a")}
    assert 'action="/sign-out"' in text


async def test_start_page_leads_to_the_morning(lone: Client) -> None:
    answer = await lone.get("/", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (302, "/today")


async def test_without_an_engine_the_morning_says_so(lone: Client) -> None:
    answer = await lone.get("/today")
    assert answer.status_code == 503
    assert "Числа не посчитаны" in answer.text


async def test_list_of_keys_names_what_the_script_answers_to(lone: Client) -> None:
    tags = Tags((await lone.get("/system")).text)
    assert [dialog["id"] for dialog in tags.all("dialog")] == ["keys-list", "lock"]
    listed = {key["data-key"] for key in tags.all("kbd") if "data-key" in key}
    script = (STATIC / "keys.js").read_text()
    known = {letter.lower() for letter in re.findall(r"Key([A-Z])\b", script)}
    known |= set(re.findall(r'event\.key === "(.)"', script))
    assert listed == known | {"Enter", "Esc"}  # the browser's own


async def test_a_missing_name_is_an_error_not_an_empty_place(
    lone_app: Litestar, lone: Client
) -> None:
    engine = lone_app.template_engine
    assert isinstance(engine, JinjaTemplateEngine)
    with pytest.raises(UndefinedError):
        engine.engine.from_string("{{ nothing }}").render()
    answer = await lone.get("/undefined")
    assert answer.status_code == 500
    assert "trouble" not in answer.text


async def test_text_in_macros_is_escaped(lone_app: Litestar) -> None:
    engine = lone_app.template_engine
    assert isinstance(engine, JinjaTemplateEngine)
    context: dict[str, Any] = {"bad": '"><script>alert(1)</script>'}
    template = engine.engine.from_string(
        '{% from "macros/forms.html" import field %}{% from "macros/feedback.html" import alert %}'
        '{% from "macros/badges.html" import badge %}'
        '{{ field("a", bad, bad, hint=bad, error=bad) }}'
        '{{ alert("info", bad, bad) }}{{ badge(bad) }}'
    )
    assert "<script>" not in template.render(context)


async def test_static_files_are_kept_for_long_and_compressed(lone: Client) -> None:
    sheets = Tags((await lone.get("/system")).text).all("link")
    address = next(str(s["href"]) for s in sheets if "tabler" in str(s["href"]))
    answer = await lone.get(address, headers={"Accept-Encoding": "gzip"})
    assert answer.status_code == 200
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["content-encoding"] == "gzip"
    assert re.search(r"\?v=[0-9a-f]{12}$", address)


async def test_pages_are_not_compressed_with_their_token(lone: Client) -> None:
    answer = await lone.get("/system", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in answer.headers
    assert answer.headers["cache-control"] == "private, no-cache"
