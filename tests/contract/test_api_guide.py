"""`docs/guide/api.md`: its examples are accepted and its tables are whole."""

import json
import re
import shlex
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import msgspec
import pytest
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app import errors as common
from app.engine.client import Engine
from app.engine.names import Index
from app.errors import OtklikError
from app.intake import entry
from app.intake.messages import errors as messages
from app.intake.messages.controllers import MOST_OCTETS
from app.intake.messages.parse import AUTHOR, FIELDS, MOST
from app.permissions import Permission
from app.settings import ROOT, Settings
from app.viewer import EVERYWHERE, Viewer
from tests.factories import site

GUIDE = (ROOT / "docs" / "guide" / "api.md").read_text(encoding="utf-8")
BASE = "http://127.0.0.1:8000"
SENDER = Viewer(
    "edds",
    permissions=frozenset(
        {
            Permission.CASE_REGISTER,
            Permission.CASE_VIEW,
            Permission.CASE_ATTACH,
            Permission.PROBLEM_VIEW,
        }
    ),
    scopes=(EVERYWHERE,),
)


def calls() -> Iterator[list[str]]:
    for body in re.findall(r"```sh\n(.*?)```", GUIDE, re.DOTALL):
        for line in body.replace("\\\n", " ").splitlines():
            if line.startswith("curl"):
                yield shlex.split(line)


def request_of(words: list[str]) -> tuple[str, dict[str, str], str | None]:
    """Address, headers and body of one curl line."""
    address = next(word for word in words if word.startswith("http"))
    headers, body = {}, None
    for flag, value in pairwise(words):
        if flag == "-H":
            name, _, content = value.partition(": ")
            headers[name] = content
        elif flag == "-d":
            body = value
    return address, headers, body


async def test_every_example_is_answered(settings: Settings, engine: Engine) -> None:
    async with AsyncTestClient(site(settings, SENDER), base_url=BASE) as client:
        answers = []
        for words in calls():
            answers.append(await _call(client, words))
            await engine.refresh(Index.CASES)
        assert [status for status, _ in answers] == [201, 201, 201, 200, 200, 200, 200, 201, 200]
        assert [each["status"] for each in answers[2][1]] == [201, 400]
        told = re.findall(r"^\[\{.*?\}\]$", GUIDE, re.DOTALL | re.MULTILINE)
        assert json.loads(told[0])[1] == answers[2][1][1]


async def _call(client: AsyncTestClient[Litestar], words: list[str]) -> tuple[int, Any]:
    address, headers, body = request_of(words)
    assert headers["Authorization"] == "Bearer $TOKEN"
    del headers["Authorization"]
    if "-F" in words:
        fields = dict(word.split("=", 1) for flag, word in pairwise(words) if flag == "-F")
        name = fields.pop("file").removeprefix("@")
        files = {"file": (name, b"%PDF-1.4\n%%EOF\n")}
        answer = await client.post(address, headers=headers, files=files, data=fields)
    elif "DELETE" in words:
        answer = await client.delete(address, headers=headers)
    elif body is None:
        answer = await client.get(address, headers=headers)
    else:
        answer = await client.post(address, headers=headers, content=body.encode())
    return answer.status_code, answer.json()


def test_every_field_is_told() -> None:
    told = re.findall(r"^\| `(\w+)` \| [^|]+ \|$", GUIDE, re.MULTILINE)
    assert told == list(FIELDS)
    for name in AUTHOR:
        assert f"`{name}`" in GUIDE
    assert f"До {MOST} сообщений и {MOST_OCTETS // 1_000_000} МБ" in GUIDE


def test_every_code_is_told() -> None:
    rows = re.findall(r"^\| (\d{3}) \| `(\w+)` \|", GUIDE, re.MULTILINE)
    told = {code: int(status) for status, code in rows}
    kinds = [
        kind
        for module in (messages, entry)
        for kind in vars(module).values()
        if isinstance(kind, type) and issubclass(kind, OtklikError)
    ]
    tokens = [
        common.BadTokenError,
        common.ExpiredTokenError,
        common.RevokedTokenError,
        common.InactiveOwnerError,
        common.TooManyRequestsError,
    ]
    for kind in (*kinds, *tokens):
        if kind.code not in {"internal", "conflict"}:
            assert told[kind.code] == kind.status, kind


@pytest.mark.parametrize("example", re.findall(r"```json\n(.*?)```", GUIDE, re.DOTALL))
def test_examples_of_answers_are_json(example: str) -> None:
    msgspec.json.decode(example.encode())
