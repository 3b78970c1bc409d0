"""Assembles a development Elasticsearch from Maven Central and the local analysis plugin.

Built once into the cache and then only read, so any number of stacks and users share it.
"""

import fcntl
import hashlib
import os
import shutil
import subprocess
import xml.etree.ElementTree as ET
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from dev.engine.jdk import Jdk, find_jdk
from dev.stack.places import Account, cache_folder, check_space
from dev.stack.talk import StackError, say

HERE = Path(__file__).resolve().parent
POM = HERE / "pom.xml"
PLUGIN = HERE / "plugin"
_DRAFT = ".building-"


def engine_version() -> str:
    """The version stands once, in `pom.xml`."""
    found = ET.parse(POM).findtext(".//{*}elasticsearch.version")  # noqa: S314 - our own file
    if not found:
        raise StackError(f"В {POM} не указана версия Elasticsearch.")
    return found


def build_name() -> str:
    """Changes with the version and with any source of the plugin."""
    digest = hashlib.sha256()
    for source in (POM, *sorted(path for path in PLUGIN.rglob("*") if path.is_file())):
        digest.update(source.relative_to(HERE).as_posix().encode())
        digest.update(source.read_bytes())
    return f"elasticsearch-{engine_version()}-{digest.hexdigest()[:12]}"


def assembled(account: Account) -> tuple[Path, Jdk]:
    """The engine's home and the JDK to run it with; builds what is missing."""
    build = build_name()
    cache = cache_folder(account, build)
    home = cache / build
    jdk = find_jdk(account)
    if not home.exists():
        with _lock(cache):
            if not home.exists():
                _build(home, cache, jdk)
    return home, jdk


@contextmanager
def _lock(cache: Path) -> Iterator[None]:
    """Two builds at once wait for each other; a killed one leaves a draft, which is removed."""
    with (cache / "engine.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        for draft in cache.glob(f"{_DRAFT}*"):
            shutil.rmtree(draft)
        yield


def _build(home: Path, cache: Path, jdk: Jdk) -> None:
    mvn = shutil.which("mvn")
    if mvn is None:
        raise StackError("Не найден Maven (команда mvn). Установите: sudo apt-get install -y maven")
    check_space(cache)
    say(f"Собираю Elasticsearch {engine_version()} из Maven Central в {home} (около 120 МБ)…")
    draft = cache / f"{_DRAFT}{os.getpid()}"
    draft.mkdir()
    _unpack(mvn, draft, cache, jdk)
    unpacked = draft / f"elasticsearch-{engine_version()}"
    _add_plugin(unpacked, draft / "classes", jdk)
    _open_for_reading(unpacked)
    unpacked.rename(home)
    shutil.rmtree(draft)


def _unpack(mvn: str, draft: Path, cache: Path, jdk: Jdk) -> None:
    command = [mvn, "-B", "-q", "-Dstyle.color=never", "-f", str(POM), "dependency:unpack"]
    command.append(f"-Dengine.out={draft}")
    if not _home_is_writable():
        command.append(f"-Dmaven.repo.local={cache / 'maven'}")
    _run(command, jdk, "Maven не смог получить Elasticsearch", cwd=draft)


def _home_is_writable() -> bool:
    """Maven keeps its files under the home folder, which `nobody` and others do not have."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111 - Path.expanduser raises without a home
    return home.is_dir() and os.access(home, os.W_OK)


def _add_plugin(home: Path, classes: Path, jdk: Jdk) -> None:
    sources = sorted(str(path) for path in PLUGIN.rglob("*.java"))
    command = [str(jdk.home / "bin" / "javac"), "--release", "17", "-cp", f"{home}/lib/*"]
    command += ["-encoding", "UTF-8", "-d", str(classes), *sources]
    _run(command, jdk, "Не собрался модуль анализа для Elasticsearch", cwd=home)
    target = home / "plugins" / "stock-analysis"
    target.mkdir(parents=True)
    with zipfile.ZipFile(target / "stock-analysis.jar", "w", zipfile.ZIP_DEFLATED) as jar:
        for path in sorted(classes.rglob("*.class")):
            jar.write(path, path.relative_to(classes).as_posix())
    descriptor = (PLUGIN / "plugin-descriptor.properties").read_text("utf-8")
    (target / "plugin-descriptor.properties").write_text(
        descriptor.replace("@ELASTICSEARCH_VERSION@", engine_version()), "utf-8"
    )


def _run(command: Sequence[str], jdk: Jdk, failure: str, cwd: Path) -> None:
    env = os.environ | {"JAVA_HOME": str(jdk.home)}
    done = subprocess.run(command, env=env, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        lines = [line for line in (done.stdout + done.stderr).splitlines() if line.strip()]
        errors = [line for line in lines if "ERROR" in line or "error:" in line] or lines[-1:]
        reason = errors[0].strip()[:400] if errors else f"код {done.returncode}"
        raise StackError(f"{failure}: {reason}")


def _open_for_reading(folder: Path) -> None:
    """Whatever the umask: the engine's user is not the builder where the builder is root."""
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            path = Path(place) / name
            mode = path.stat().st_mode
            path.chmod(mode | (0o555 if mode & 0o100 else 0o444))
