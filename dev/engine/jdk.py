"""Finds a JDK that Elasticsearch 8.19 runs on and that can compile its plugin."""

import os
import re
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from dev.stack.places import Account
from dev.stack.talk import StackError

OLDEST = 17
NEWEST_SUPPORTED = 24
"""Elastic's support matrix for 8.19; a newer one is tried only where nothing else is found."""
PROVEN = (17, 21)


@dataclass(frozen=True)
class Jdk:
    home: Path
    major: int

    @property
    def rank(self) -> int:
        if self.major in PROVEN:
            return 0
        return 1 if self.major <= NEWEST_SUPPORTED else 2


def find_jdk(account: Account) -> Jdk:
    """The best of all that are installed, JAVA_HOME first among equals."""
    fitting = [jdk for jdk in _installed() if account.may_enter(jdk.home)]
    if not fitting:
        raise StackError(
            "Не найден JDK 17 или новее (нужны java и javac). "
            "Установите: sudo apt-get install -y default-jdk-headless"
        )
    return min(fitting, key=lambda jdk: jdk.rank)


def _installed() -> Iterator[Jdk]:
    seen = set()
    for home in _homes():
        real = home.resolve()
        if real in seen or not os.access(real / "bin" / "javac", os.X_OK):
            continue
        seen.add(real)
        major = _major(real)
        if major >= OLDEST:
            yield Jdk(real, major)


def _homes() -> Iterator[Path]:
    if os.environ.get("JAVA_HOME"):
        yield Path(os.environ["JAVA_HOME"])
    java = shutil.which("java")
    if java:
        yield Path(java).resolve().parent.parent
    for pattern in ("usr/lib/jvm/*", "usr/local/openjdk-*", "opt/java/*", "opt/jdk*"):
        yield from sorted(Path("/").glob(pattern))
    yield from sorted(Path("/Library/Java/JavaVirtualMachines").glob("*/Contents/Home"))


def _major(home: Path) -> int:
    """From the file `release` that every JDK since 9 carries; 0 where it tells nothing."""
    try:
        text = (home / "release").read_text("utf-8")
    except OSError:
        return 0
    found = re.search(r'^JAVA_VERSION="(\d+)', text, re.MULTILINE)
    return int(found.group(1)) if found else 0
