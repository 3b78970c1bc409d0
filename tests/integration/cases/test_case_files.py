"""The store of attached files: whole or absent, once, swept when nobody names it."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest

from app.cases.attachments.service import Upload, attach, sweep, sweep_if_due
from app.cases.attachments.store import AttachmentStore
from app.cases.codes import State
from app.cases.doing import act
from app.engine.client import Engine
from app.errors import NotFoundError, StorageUnavailableError
from app.settings import Settings
from tests.attached_files import pdf, png
from tests.casework import EXECUTOR, HOUSE, ROADS, ZONE, action, case, store, stored

HANDS = {"department": HOUSE, "assignee": EXECUTOR.name}


def files(settings: Settings) -> list[Path]:
    return sorted((settings.data_dir / "attachments").glob("*/*"))


async def test_equal_files_lie_once_and_a_removed_one_goes_after_its_days(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, *(case(n, state=State.IN_PROGRESS, work=HANDS) for n in (1, 2)))
    for case_id in ("case-1", "case-2"):
        for name, content in (("а.pdf", pdf()), ("б.png", png())):
            await attach(engine, settings, EXECUTOR, case_id, Upload(BytesIO(content), name))
    assert len(files(settings)) == 2
    document = await stored(engine, "case-1")
    for case_id in ("case-1", "case-2"):
        gone = document["attachments"][0]["id"]
        await act(engine, EXECUTOR, case_id, None, action("detach", file=gone), zone=ZONE)
    now = datetime.now(UTC)
    assert await sweep(engine, settings, now) == 0
    long_ago = (now - timedelta(days=settings.attachment_orphan_days + 1)).timestamp()
    for path in files(settings):
        os.utime(path, (long_ago, long_ago))
    assert await sweep_if_due(engine, settings, now) == 1
    assert await sweep_if_due(engine, settings, now) == 0, "once a day"
    left = AttachmentStore(settings).path(document["attachments"][1]["sha256"])
    assert files(settings) == [left]
    assert left.read_bytes() == png()


async def test_nothing_is_kept_for_a_case_that_is_not_seen(
    engine: Engine, settings: Settings
) -> None:
    await store(engine, case(state=State.ASSIGNED, work={"department": ROADS}))
    with pytest.raises(NotFoundError):
        await attach(engine, settings, EXECUTOR, "case-1", Upload(BytesIO(pdf()), "а.pdf"))
    assert "attachments" not in await stored(engine, "case-1")


def test_a_disk_that_refuses_leaves_nothing_behind(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageUnavailableError):
        AttachmentStore(settings).keep(b"octets")
    assert files(settings) == []


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "A" * 64, "a" * 63])
def test_only_a_hash_names_a_file(settings: Settings, name: str) -> None:
    with pytest.raises(ValueError, match="sha256"):
        AttachmentStore(settings).path(name)
