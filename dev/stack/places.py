"""Where the stack keeps its files, and whether it may: rights, free space, the engine's user."""

import hashlib
import os
import pwd
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from app.settings import ROOT
from dev.stack.talk import StackError

NOBODY = 65534
MIN_FREE = 2 * 1024**3
"""Bytes. 5,000 demo messages take 60 MB; the rest is room for merges, logs and snapshots."""

MEMORY = Path("/dev/shm")  # noqa: S108 - in a folder of our own
PLENTY = 6 * 1024**3
"""Octets: the data of all tests take some hundred megabytes, the engine and a browser the rest."""


@dataclass(frozen=True)
class Account:
    """Who Elasticsearch runs as: it refuses root."""

    uid: int
    gid: int

    @property
    def switched(self) -> bool:
        """Whether a child has to change its user, which only root can."""
        return self.uid != os.geteuid()

    def may_enter(self, folder: Path) -> bool:
        """Whether the way down to `folder` is open to the account."""
        if not self.switched:
            return True
        real = folder.resolve()
        return all(self._passes(step) for step in (real, *real.parents) if step.exists())

    def _passes(self, step: Path) -> bool:
        info = step.stat()
        if info.st_uid == self.uid:
            return bool(info.st_mode & 0o100)
        return bool(info.st_mode & (0o010 if info.st_gid == self.gid else 0o001))


def engine_account() -> Account:
    """The caller, or for root the owner of the project, or for a root-owned project `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    owner = ROOT.stat()
    if owner.st_uid:
        return Account(owner.st_uid, owner.st_gid)
    return Account(NOBODY, NOBODY)


def stack_base() -> Path:
    """The folder of all stacks: `OTKLIK_STACK_DIR`, or `var/` of the project."""
    chosen = os.environ.get("OTKLIK_STACK_DIR")
    return Path(chosen).expanduser().absolute() if chosen else ROOT / "var"


def passing_base() -> Path:
    """The folder of stacks that live for minutes: in memory where there is plenty of it, because
    the engine asks the disk to finish some ten times for each index it makes.
    """
    if "OTKLIK_STACK_DIR" in os.environ or not os.access(MEMORY, os.W_OK | os.X_OK):
        return stack_base()
    found = os.statvfs(MEMORY)
    plenty = found.f_bavail * found.f_frsize >= PLENTY and _available() >= PLENTY
    may_run = not found.f_flag & os.ST_NOEXEC  # the engine unpacks a library there
    return MEMORY / f"otklik-{os.geteuid()}" if plenty and may_run else stack_base()


def _available() -> int:
    """Octets of memory that are free; a container may be allowed less, so plenty is asked for."""
    lines = Path("/proc/meminfo").read_text("ascii").splitlines()
    found = next(line for line in lines if line.startswith("MemAvailable"))
    return int(found.split()[1]) * 1024


def engine_folder(folder: Path, account: Account) -> Path:
    """Where Elasticsearch writes for the stack in `folder`.

    Root may keep the project where nobody else may look (`/root`, mode 700). The engine runs as
    another user, so it then gets a folder outside, named after the project's path.
    """
    if account.may_enter(folder.parent):
        return folder / "elasticsearch"
    mark = hashlib.sha256(str(folder).encode()).hexdigest()[:8]
    return Path("/var/lib/otklik") / f"{folder.name}-{mark}"


def cache_folder(account: Account, build: str) -> Path:
    """Where the assembled engine lies or may be put: readable for the engine's account.

    A folder that already holds `build` need not be writable.
    """
    chosen = os.environ.get("OTKLIK_CACHE_DIR")
    places = [Path(chosen).expanduser().absolute()] if chosen else _usual_caches()
    for folder in places:
        # os.access: Path.exists raises where a folder on the way is closed to us
        if os.access(folder / build, os.R_OK | os.X_OK) and account.may_enter(folder / build):
            return folder
    if chosen:
        make_writable(places[0], "OTKLIK_CACHE_DIR")
        return _entered(places[0], account)
    for folder in places:
        if account.may_enter(folder) and _can_write(folder):
            return _entered(folder, account)
    raise StackError(
        "Некуда сложить Elasticsearch: нет папки, доступной для записи. "
        "Укажите её: export OTKLIK_CACHE_DIR=/путь/к/папке"
    )


def _entered(folder: Path, account: Account) -> Path:
    if account.switched:  # the umask may have closed what was just made
        folder.chmod(folder.stat().st_mode | 0o555)
    if account.may_enter(folder):
        return folder
    raise StackError(
        f"Папка {folder} закрыта для пользователя {user_name(account.uid)}, под которым работает "
        "Elasticsearch. Укажите другую: export OTKLIK_CACHE_DIR=/var/cache/otklik"
    )


def _usual_caches() -> list[Path]:
    home = os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache")  # noqa: PTH111 - Path.expanduser raises without a home
    return [Path(home) / "otklik", ROOT / "var" / "cache", Path("/var/cache/otklik")]


def _can_write(folder: Path) -> bool:
    try:
        make_writable(folder)
    except StackError:
        return False
    return True


def make_writable(folder: Path, setting: str = "OTKLIK_STACK_DIR") -> None:
    """Makes the folder and proves that a file can be written.

    Raises StackError with the reason and the setting that names another folder.
    """
    probe = folder / f".probe-{os.getpid()}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe.write_bytes(b"x" * 4096)
        probe.unlink()
    except OSError as error:
        raise StackError(_why_not(folder, error, setting)) from error


def _why_not(folder: Path, error: OSError, setting: str) -> str:
    reasons = {
        "EROFS": "диск открыт только для чтения",
        "ENOSPC": "на диске не осталось места",
        "EDQUOT": "исчерпана дисковая квота",
    }
    name = error_name(error)
    if name in reasons:
        reason = reasons[name]
    elif isinstance(error, PermissionError):
        reason = f"у пользователя {user_name(os.geteuid())} нет прав на запись"
    else:
        reason = error.strerror or str(error)
    return (
        f"В папку {folder} нельзя писать: {reason}. "
        f"Исправьте это или укажите другую папку: export {setting}=/путь/к/папке"
    )


def error_name(error: OSError) -> str:
    """`ENOSPC` and the like; empty where the system gave no number."""
    import errno

    return errno.errorcode.get(error.errno or 0, "")


def user_name(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return str(uid)


def free_bytes(folder: Path) -> int:
    return shutil.disk_usage(folder).free


def check_space(folder: Path, free: Callable[[Path], int] = free_bytes) -> None:
    """Below `MIN_FREE` Elasticsearch would soon make its indexes read-only without a word."""
    left = free(folder)
    if left < MIN_FREE:
        raise StackError(
            f"Мало места на диске: в {folder} свободно {left / 1024**3:.1f} ГБ, "
            f"а нужно хотя бы {MIN_FREE // 1024**3} ГБ. Освободите место или укажите папку "
            "на другом диске: export OTKLIK_STACK_DIR=/путь/к/папке"
        )


def open_way(folder: Path, account: Account) -> None:
    """Lets the engine's account pass through a folder that a strict umask has closed."""
    if account.switched:
        folder.chmod(folder.stat().st_mode | 0o111)


def hand_over(folder: Path, account: Account) -> None:
    """Gives everything in the folder to the engine's account (root only)."""
    if not account.switched:
        return
    for place, folders, files in os.walk(folder):
        for name in (".", *folders, *files):
            os.chown(Path(place) / name, account.uid, account.gid, follow_symlinks=False)
