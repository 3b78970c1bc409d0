"""`make test`: what may run side by side on both cores, then what needs the machine alone.

With arguments it is plain pytest, so that one file or one test can be asked for.
"""

import subprocess
import sys

ALONE = "alone"
WORKERS = "2"
"""Each test has index and queue names of its own; one file stays with one worker, since modules
share an installation. More workers than that only wait for the engine (2 cores)."""

_BY_FILE = ("--dist", "loadfile", "--no-loadscope-reorder")
"""In the order of `tests/conftest.py`: by itself xdist begins with the files of most tests, which
are the cheap ones, and ends with one worker in a browser while the other has nothing to do."""


def main() -> int:
    """Both parts always run, so that all failures are seen at once."""
    if sys.argv[1:]:
        return _pytest(*sys.argv[1:])
    together = _pytest("-n", WORKERS, *_BY_FILE, "-m", f"not {ALONE}")
    alone = _pytest("-m", ALONE)
    return together or alone


def _pytest(*arguments: str) -> int:
    return subprocess.run([sys.executable, "-m", "pytest", *arguments], check=False).returncode


if __name__ == "__main__":
    sys.exit(main())
