"""What the own page may see."""

from datetime import datetime

from msgspec import Struct

from app.accounts.models import User
from app.accounts.passwords import expires_at
from app.accounts.roles import ROLE_NAMES
from app.accounts.sessions import Session
from app.permissions import PERMISSION_NAMES, Permission
from app.settings import Settings
from app.viewer import Viewer


class SessionLine(Struct, frozen=True):
    mark: str
    browser: str
    address: str
    began_at: datetime
    seen_at: datetime
    own: bool


class MeView(Struct, frozen=True):
    name: str
    login: str
    roles: list[str]
    email: str
    may: list[str]
    """The permissions in words, in the order of the table."""
    has_password: bool
    expires_at: datetime | None
    totp: bool
    codes_left: int
    sessions: list[SessionLine]

    @property
    def others(self) -> bool:
        return any(not one.own for one in self.sessions)


def me_view(
    settings: Settings,
    user: User,
    viewer: Viewer,
    sessions: list[Session],
    now: Session | None,
) -> MeView:
    """`now` is the session the page is asked in."""
    mark = now.mark if now else ""
    return MeView(
        name=user.name,
        login=user.login,
        roles=[ROLE_NAMES[role] for role in user.roles],
        email=user.email or "",
        may=[PERMISSION_NAMES[one] for one in Permission if viewer.may(one)],
        has_password=user.password_hash is not None,
        expires_at=expires_at(settings, user),
        totp=user.totp_secret is not None,
        codes_left=len(user.recovery_codes),
        sessions=[
            SessionLine(
                one.mark, one.browser, one.address, one.began_at, one.seen_at, one.mark == mark
            )
            for one in sessions
        ],
    )
