"""Files made for one download: gone from the disk before the first byte is sent."""

import os
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import BinaryIO
from urllib.parse import quote

from anyio.to_thread import run_sync
from litestar.response import Stream

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_BLOCK = 256 * 1024


async def download(write: Callable[[Path], object], file_name: str) -> Stream:
    """Lets `write` make an XLSX in a thread and streams it under `file_name`.

    The file has no name any more when it is sent, so that nothing stays behind when the browser
    goes away or the process dies.
    """
    file = await run_sync(_made, write)
    octets = os.fstat(file.fileno()).st_size
    headers = {
        "content-disposition": f"attachment; filename*=UTF-8''{quote(file_name, safe='')}",
        "content-length": str(octets),
    }
    return Stream(_blocks(file), media_type=XLSX, headers=headers)


def _made(write: Callable[[Path], object]) -> BinaryIO:
    descriptor, name = tempfile.mkstemp(suffix=".xlsx", prefix="otklik-")
    os.close(descriptor)
    path = Path(name)
    try:
        write(path)
        return path.open("rb")
    finally:
        path.unlink()


async def _blocks(file: BinaryIO) -> AsyncIterator[bytes]:
    with file:
        while block := await run_sync(file.read, _BLOCK):
            yield block
