"""Brute force: attempts are counted in Redis before they are checked, so parallel ones count too.

After the second wrong attempt one has to wait, twice as long each time; after the last sign-in is
closed for the login, and after many from one address for the address.
"""

import hashlib
from datetime import timedelta
from enum import StrEnum

from app.accounts.sessions import Sessions, translated_errors
from app.errors import TooManyAttemptsError
from app.web.filters import counted

_MINUTE = 60

_TAKE = """
local wait = redis.call('PTTL', KEYS[2])
if wait > 0 then return {0, wait} end
local taken = redis.call('INCR', KEYS[1])
redis.call('PEXPIRE', KEYS[1], ARGV[2])
local most = tonumber(ARGV[1])
if taken >= most then
  redis.call('SET', KEYS[2], '1', 'PX', ARGV[2])
  redis.call('DEL', KEYS[1])
elseif taken > 1 then
  redis.call('SET', KEYS[2], '1', 'PX', math.floor(1000 * 2 ^ (taken - 2)))
end
return {taken, 0}
"""
"""Returns the number of this attempt, or 0 and the milliseconds to wait. The last attempt is still
checked: the lock that it sets is taken away where it was right."""


class Kind(StrEnum):
    PASSWORD = "password"  # noqa: S105 - what is tried
    CODE = "code"


class Attempts:
    def __init__(self, sessions: Sessions) -> None:
        self._sessions = sessions
        self._settings = sessions.settings
        self._take = sessions.redis.register_script(_TAKE)

    def _keys(self, kind: Kind, login: str) -> list[str]:
        hashed = hashlib.sha256(login.encode()).hexdigest()
        return [self._sessions.key(part, kind, hashed) for part in ("attempts", "wait")]

    def _of_address(self, address: str) -> str:
        return self._sessions.key("attempts", "address", address)

    @property
    def _lock(self) -> timedelta:
        return timedelta(minutes=self._settings.sign_in_lock_minutes)

    async def take(self, kind: Kind, login: str, address: str) -> bool:
        """Counts one attempt before it is checked; True where it is the last before the lock.

        Raises `TooManyAttemptsError` where nothing may be checked now: then nothing is counted.
        """
        most = self._settings.sign_in_attempts
        lock = int(self._lock.total_seconds() * 1000)
        async with translated_errors():
            await self._check_address(address)
            taken, wait = await self._take(keys=self._keys(kind, login), args=[most, lock])
        if not taken:
            raise _closed(wait / 1000)
        return int(taken) >= most

    async def _check_address(self, address: str) -> None:
        key = self._of_address(address)
        async with self._sessions.redis.pipeline() as steps:
            steps.get(key)
            steps.pttl(key)
            failed, left = await steps.execute()
        if int(failed or 0) >= self._settings.sign_in_attempts_address:
            raise _closed(max(left, 0) / 1000)

    async def failed(self, address: str) -> bool:
        """Counts a wrong attempt against the address; True where it has just been closed."""
        key = self._of_address(address)
        async with translated_errors(), self._sessions.redis.pipeline() as steps:
            steps.incr(key)
            steps.pexpire(key, self._lock)
            count, _ = await steps.execute()
        return int(count) == self._settings.sign_in_attempts_address

    async def succeeded(self, kind: Kind, login: str) -> None:
        """Forgets the login's wrong attempts; the address keeps its own."""
        async with translated_errors():
            await self._sessions.redis.delete(*self._keys(kind, login))


def _closed(seconds: float) -> TooManyAttemptsError:
    if seconds < _MINUTE:
        when = counted(max(1, round(seconds)), "секунду", "секунды", "секунд")
    else:
        when = counted(-int(-seconds // _MINUTE), "минуту", "минуты", "минут")
    return TooManyAttemptsError(
        f"Слишком много неверных попыток. Войти можно будет через {when}.", seconds=seconds
    )
