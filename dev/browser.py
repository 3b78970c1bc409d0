"""The Chromium of this machine, as tests and pictures start it."""

import os
import shutil

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
"""Without the background networking a closed network stays quiet; root needs no sandbox."""
_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class NoBrowserError(RuntimeError):
    """No Chromium on the path."""


def chromium() -> str:
    """The browser's program: `CHROMIUM`, or the first that is on the path."""
    named = os.environ.get("CHROMIUM")
    found = named or next(filter(None, map(shutil.which, _NAMES)), None)
    if found is None:
        raise NoBrowserError("no Chromium: run dev/bootstrap.sh --browser")
    return found
