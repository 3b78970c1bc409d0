"""From a request's cookie to who asks: one of the application's readers (`app.main.READERS`)."""

from datetime import UTC, datetime

from litestar.datastructures import Cookie

from app.accounts.events import SecurityEvent, note
from app.accounts.passwords import change_is_due
from app.accounts.people import People, Person
from app.accounts.sessions import Session, Sessions
from app.accounts.signing_in import Visitor
from app.errors import PasswordChangeDueError, SessionLockedError
from app.settings import Settings
from app.viewer import Viewer
from app.web.access import AnyConnection
from app.web.callers import agent_family
from app.web.csrf import secret_mark

BACKGROUND = "x-otklik-background"
"""Header of what a page asks by itself (progress, presence): it keeps no session awake."""
BY_ITSELF = "by_itself"
"""The same in the `opt` of a route that only scripts ask and that can bring no header."""
OPEN_TO_UNCHANGED = frozenset({"/me/password", "/sign-out", "/session"})
"""What a person whose password has to be changed may still open."""
_SESSION = "session"


def cookie_name(settings: Settings) -> str:
    """Named after the secret, as the forms' cookie: two installations on one host do not mix."""
    host_only = "__Host-" if settings.secure else ""
    return f"{host_only}otklik_session_{secret_mark(settings)}"


def session_cookie(connection: AnyConnection, session_id: str) -> Cookie:
    """Without an end of its own: it goes with the browser, and the server knows the limits."""
    settings: Settings = connection.app.state.settings
    return Cookie(
        key=connection.app.state.session_cookie,
        value=session_id,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        max_age=None if session_id else 0,
    )


def session_id_of(connection: AnyConnection) -> str:
    return connection.cookies.get(connection.app.state.session_cookie, "")


def session_of(connection: AnyConnection) -> Session | None:
    """The session the guard has recognised somebody by."""
    session: Session | None = connection.scope["state"].get(_SESSION)
    return session


def visitor_of(connection: AnyConnection) -> Visitor:
    return Visitor(
        address=connection.client.host if connection.client else "",
        browser=agent_family(connection.headers.get("user-agent")) or "Неизвестно",
        request_id=str(connection.scope["state"].get("request_id", "")),
    )


async def session_viewer(connection: AnyConnection) -> Viewer | None:
    """None without a session. `/api/` takes no cookie: its forms carry no token against forgery.

    Raises `SessionLockedError`, `PasswordChangeDueError`, `SessionsUnavailableError`.
    """
    if connection.scope["path"].startswith("/api/"):
        return None
    session_id = session_id_of(connection)
    if not session_id:
        return None
    found = await valid_session(connection, session_id)
    if found is None:
        return None
    session, person = found
    settings: Settings = connection.app.state.settings
    now = datetime.now(UTC)
    if session.is_idle(settings, now):
        if await connection.app.state.sessions.tell_locked(session_id, session):
            _note(connection, SecurityEvent.SESSION_LOCKED, session.login, "idle")
        raise SessionLockedError("Вас долго не было: введите пароль ещё раз.", login=session.login)
    if change_is_due(settings, person.user, now) and connection.scope["path"] not in (
        OPEN_TO_UNCHANGED
    ):
        raise PasswordChangeDueError("Сначала смените пароль.")
    connection.scope["state"][_SESSION] = session
    if not _in_background(connection):
        await connection.app.state.sessions.touch(session_id, session)
    return person.viewer


def _in_background(connection: AnyConnection) -> bool:
    return BACKGROUND in connection.headers or bool(connection.route_handler.opt.get(BY_ITSELF))


async def still_open(connection: AnyConnection) -> bool:
    """For an answer that goes on for long: whether its session would be let in now. Keeps nothing
    awake and notes nothing. Raises `SessionsUnavailableError`.
    """
    session_id = session_id_of(connection)
    if not session_id:
        return False
    found = await connection.app.state.sessions.read(session_id)
    session: Session | None = found.session
    settings: Settings = connection.app.state.settings
    if session is None or session.is_idle(settings, datetime.now(UTC)):
        return False
    person = await connection.app.state.people.person(session.login, found.stamp)
    return bool(person and person.user.active and person.user.epoch == session.epoch)


async def valid_session(
    connection: AnyConnection, session_id: str
) -> tuple[Session, Person] | None:
    """The session, also a locked one, with its active user; None where it is over or not ours."""
    sessions: Sessions = connection.app.state.sessions
    people: People = connection.app.state.people
    found = await sessions.read(session_id)
    if found.session is None:
        _note(connection, SecurityEvent.SESSION_REFUSED, "", "unknown_session")
        return None
    person = await people.person(found.session.login, found.stamp)
    if person is None or not person.user.active or person.user.epoch != found.session.epoch:
        _note(connection, SecurityEvent.SESSION_REFUSED, found.session.login, "ended_session")
        await sessions.end(session_id, found.session)
        return None
    return found.session, person


def _note(connection: AnyConnection, what: SecurityEvent, login: str, reason: str) -> None:
    visitor = visitor_of(connection)
    note(
        what,
        login=login,
        address=visitor.address,
        request_id=visitor.request_id,
        reason=reason,
    )
