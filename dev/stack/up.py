"""`otklik up`: engine, Redis, web, worker and schedule in one terminal until Ctrl-C."""

import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import msgspec

from dev.stack import ports
from dev.stack.children import Children, call, end_leftovers
from dev.stack.demo_load import DEMO_PASSWORD, load_demo, load_staff
from dev.stack.processes import Identity, end_with_parent, kill_children
from dev.stack.state import Profile, locked
from dev.stack.supervisor import Stack, running
from dev.stack.talk import StackError, say

LIVE_SECONDS = 60
LEAVE_SECONDS = 30
"""Children have 13 seconds, then the services 12."""
_USUAL_ES, _USUAL_REDIS = 9200, 6379


class StopRequestedError(Exception):
    """Ctrl-C or SIGTERM."""


class _Owner(msgspec.Struct, frozen=True):
    """Which `otklik up` holds the name now."""

    process: Identity
    port: int
    stopping: bool = False


@dataclass(frozen=True)
class Wishes:
    """What the command line asked for."""

    port: int
    name: str
    demo: int = 0
    """How many demo messages an empty installation gets."""
    heap: str = "1g"
    verbose: bool = False


def up(wishes: Wishes) -> None:
    """Returns after Ctrl-C; StackError when something cannot start or ends by itself."""
    profile = Profile(wishes.name, _USUAL_ES, _USUAL_REDIS, wishes.heap)
    with _signals():
        if os.environ.get("OTKLIK_ENDS_WITH_PARENT"):
            end_with_parent()
        try:
            _claim(profile, wishes.port)
            with running(profile) as stack:
                _serve(stack, wishes)
        except StopRequestedError:
            say("Всё остановлено.")
        finally:
            _release(profile)


def _serve(stack: Stack, wishes: Wishes) -> None:
    address = f"http://{ports.LOOPBACK}:{wishes.port}"
    env = dict(stack.env) | {"OTKLIK_BASE_URL": os.environ.get("OTKLIK_BASE_URL", address)}
    first = first_administrator(call(stack.env, "setup", quiet=True))
    if wishes.demo:
        env["OTKLIK_DEMO_PASSWORD"] = DEMO_PASSWORD
    children = Children(stack.profile.folder, env, verbose=wishes.verbose)
    try:
        children.start("serve", "--port", str(wishes.port))
        children.start("work")
        children.start("schedule")
        _await_live(children, wishes.port)
        if wishes.demo:
            load_staff(stack)
            load_demo(stack, wishes.demo)
        _announce(stack, address, wishes, first)
        _watch(children, stack)
    finally:
        say("Останавливаю…")
        try:
            _write_owner(stack.profile, _Owner(Identity.mine(), wishes.port, stopping=True))
        finally:
            children.stop()


def first_administrator(words: str) -> str:
    """The line of `otklik setup` that is said only once; "" where there was somebody already."""
    return next((line for line in words.splitlines() if "одноразовый пароль" in line), "")


def _announce(stack: Stack, address: str, wishes: Wishes, first: str) -> None:
    usual = f"http://{ports.LOOPBACK}:{_USUAL_ES}", f"redis://{ports.LOOPBACK}:{_USUAL_REDIS}/0"
    if (stack.es_url, stack.redis_url) != usual:
        say("Чтобы команды otklik в другом окне нашли эти же данные:")
        for variable, value in stack.env.items():
            say(f"  export {variable}={value}")
    if not wishes.verbose:
        say(f"Журналы: {stack.profile.folder / 'logs'}")
    if wishes.demo:
        say(f"Войти: admin, coordinator, operator, executor… Пароль у всех один: {DEMO_PASSWORD}")
    elif first:
        say(first)
    say(f"Отклик работает: {address}  Остановить: Ctrl-C")


def _await_live(children: Children, port: int) -> None:
    limit = time.monotonic() + LIVE_SECONDS
    while not ports.answers_ok(port, "/health/live"):
        children.check()
        if time.monotonic() > limit:
            hint = children.members[0].hint
            raise StackError(f"Сайт не ответил за {LIVE_SECONDS} секунд. {hint}")
        time.sleep(0.2)


def _watch(children: Children, stack: Stack) -> None:
    while True:
        children.check()
        fallen = stack.dead()
        if fallen:
            raise StackError(
                f"{fallen} неожиданно завершился. Журнал: {stack.profile.folder}. "
                "Запустите команду ещё раз: данные на месте."
            )
        time.sleep(0.5)


def _claim(profile: Profile, port: int) -> None:
    """Takes the name for this process and proves that the port is free."""
    _await_leaving(profile)
    with locked(profile.folder):
        owner = _living_owner(profile)
        if owner:
            raise StackError(
                f"Отклик с именем «{profile.name}» уже работает: "
                f"http://{ports.LOOPBACK}:{owner.port} (процесс {owner.process.pid}). "
                "Второй рядом: otklik up --name второе-имя-латиницей --port 8001"
            )
        end_leftovers(profile.folder)
        _check_port(port)
        _write_owner(profile, _Owner(Identity.mine(), port))


def _await_leaving(profile: Profile) -> None:
    """Waits for one that is just stopping, as after a kill -9 of the `make` above it.

    Outside the lock, which the leaving one needs to stop its services.
    """
    limit = time.monotonic() + LEAVE_SECONDS
    while time.monotonic() < limit:
        owner = _living_owner(profile)
        if owner is None or not owner.stopping:
            return
        time.sleep(0.2)


def _living_owner(profile: Profile) -> _Owner | None:
    try:
        owner = msgspec.json.decode(_owner_file(profile).read_bytes(), type=_Owner)
    except (FileNotFoundError, msgspec.MsgspecError):
        return None
    return owner if owner.process.find() else None


def _write_owner(profile: Profile, owner: _Owner) -> None:
    draft = _owner_file(profile).with_suffix(f".{os.getpid()}")
    draft.write_bytes(msgspec.json.encode(owner))
    draft.replace(_owner_file(profile))


def _release(profile: Profile) -> None:
    owner = _living_owner(profile)
    if owner and owner.process == Identity.mine():
        _owner_file(profile).unlink()


def _owner_file(profile: Profile) -> Path:
    return profile.folder / "up.json"


def _check_port(port: int) -> None:
    if ports.is_free(port):
        return
    who = ports.holder(port)
    raise StackError(
        f"Порт {port} занят{f' ({who})' if who else ''}. "
        f"Выберите другой: otklik up --port {ports.choose(port + 1)}"
    )


@contextmanager
def _signals() -> Iterator[None]:
    """The first Ctrl-C stops in order; the second kills what is still there."""
    asked = False

    def stop(*_: object) -> None:
        nonlocal asked
        if asked:
            say("Завершаю немедленно.")
            kill_children()
            os._exit(130)
        asked = True
        raise StopRequestedError

    previous = {one: signal.signal(one, stop) for one in (signal.SIGINT, signal.SIGTERM)}
    try:
        yield
    finally:
        for number, handler in previous.items():
            signal.signal(number, handler)
