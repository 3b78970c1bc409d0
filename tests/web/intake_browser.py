"""A person at the page «Загрузка»: takes the form's token, sends files, follows redirects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

import xlsxwriter
from httpx import Response
from litestar import Litestar
from litestar.testing import AsyncTestClient

from app.engine.client import Engine
from app.intake.models import ImportJob
from app.intake.repository import IMPORTS
from app.settings import Settings
from indexers.imports.run import run_import

HX = {"HX-Request": "true"}
_TOKEN = re.compile(r'name="_csrf_token" value="([0-9a-f]+)"')

HEADER = ("Номер обращения", "Дата обращения", "Описание", "Откуда", "Статус", "Примечание")
ROWS = (
    ("1", "01.03.2026 10:00", "Нет воды на Садовой, 5", "ВК", "Закрыта", ""),
    ("2", "02.03.2026 10:00", "Не горит фонарь", "Портал", "Отказ", "срочно"),
    ("3", "вчера", "Яма у школы", "ВК", "Отказ", ""),
    ("4", "04.03.2026 10:00", "Не вывозят мусор", "ВК", "новое", ""),
)


def book(sheets: dict[str, Sequence[Sequence[str]]]) -> bytes:
    """An XLSX of texts."""
    target = BytesIO()
    with xlsxwriter.Workbook(target, {"strings_to_formulas": False}) as made:
        for name, rows in sheets.items():
            sheet = made.add_worksheet(name)
            for number, cells in enumerate(rows):
                sheet.write_row(number, 0, cells)
    return target.getvalue()


def register(header: Sequence[str] = HEADER, rows: Sequence[Sequence[str]] = ROWS) -> bytes:
    return book({"Реестр": [header, *rows]})


@dataclass
class Browser:
    client: AsyncTestClient[Litestar]
    engine: Engine
    settings: Settings

    async def token(self) -> str:
        found = _TOKEN.search((await self.client.get("/system")).text)
        assert found
        return found[1]

    async def get(self, address: str, *, hx: bool = False) -> Response:
        return await self.client.get(address, headers=HX if hx else {})

    async def send(
        self,
        content: bytes | None,
        name: str = "реестр.xlsx",
        profile: str = "mapped",
        *,
        dry: bool = False,
        hx: bool = False,
    ) -> Response:
        """An upload without following the redirect."""
        data = {"_csrf_token": await self.token(), "profile": profile}
        if dry:
            data["dry_run"] = "on"
        file = (name, content) if content is not None else ("", b"")
        return await self.client.post(
            "/imports",
            data=data,
            files={"file": file},
            headers=HX if hx else {},
            follow_redirects=False,
        )

    async def post(
        self, address: str, data: dict[str, str] | None = None, *, hx: bool = False
    ) -> Response:
        return await self.client.post(
            address,
            data={"_csrf_token": await self.token(), **(data or {})},
            headers=HX if hx else {},
            follow_redirects=False,
        )

    async def upload(self, content: bytes, *args: str, dry: bool = False) -> str:
        """Uploads and returns the import's id."""
        answer = await self.send(content, *args, dry=dry)
        assert answer.status_code == 303, answer.text
        return Path(answer.headers["location"].partition("?")[0]).name

    async def work(self, import_id: str) -> ImportJob:
        """Does what a worker would do."""
        await run_import(self.engine, self.settings, import_id)
        return await self.job(import_id)

    async def job(self, import_id: str) -> ImportJob:
        return (await IMPORTS.get(self.engine, import_id)).job
