"""The talk with the mail server: what became of one letter, told so that nothing goes out twice."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from email.errors import MessageError
from email.headerregistry import Address
from enum import StrEnum

import aiosmtplib
import structlog
from msgspec import Struct

from app.errors import OtklikError
from app.secret_key import StartRefusedError
from app.settings import Settings

log = structlog.get_logger()

_SECONDS = 30.0
"""For each step of the talk: five of them are less than a claim lasts (`app.notices.mailing`)."""
_FOR_GOOD = 500


class MailAwayError(OtklikError):
    """The server does not answer or does not let us in: nothing was sent."""

    code = "mail_away"
    status = 503


class Fate(StrEnum):
    SENT = "sent"
    DELAYED = "delayed"
    """Certainly not sent: again later."""
    REFUSED = "refused"
    """Certainly not sent, and never will be."""
    UNSURE = "unsure"
    """The connection broke when the letter was already on its way."""


class Told(Struct, frozen=True):
    fate: Fate
    error: str | None = None
    """A code for the administrator; never the server's words, which may hold addresses."""


def check_mail(settings: Settings) -> None:
    """Raises StartRefusedError for settings by which no letter would ever go."""
    if not settings.smtp_host:
        return
    try:
        Address(addr_spec=settings.smtp_from).addr_spec.encode("ascii")
    except (ValueError, IndexError, MessageError) as error:
        raise StartRefusedError(
            "Отклик не запущен: задан OTKLIK_SMTP_HOST, а в OTKLIK_SMTP_FROM нет адреса, от "
            "которого писать, например otklik@example.org."
        ) from error


@asynccontextmanager
async def connected(settings: Settings) -> AsyncIterator[aiosmtplib.SMTP]:
    """A session with the server; raises `MailAwayError` before anything is claimed or sent."""
    client = aiosmtplib.SMTP(
        hostname=settings.smtp_host,
        port=settings.smtp_port,
        timeout=_SECONDS,
        use_tls=settings.smtp_security == "tls",
        start_tls=settings.smtp_security == "starttls",
        cert_bundle=str(settings.smtp_ca) if settings.smtp_ca else None,
        username=settings.smtp_user or None,
        password=settings.smtp_password.get_secret_value() or None,
    )
    try:
        await client.connect()
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        log.warning("mail_away", error=type(error).__name__)
        raise MailAwayError("Почтовый сервер не отвечает.") from error
    try:
        yield client
    finally:
        await _leave(client)


async def _leave(client: aiosmtplib.SMTP) -> None:
    try:
        await client.quit()
    except (aiosmtplib.SMTPException, OSError) as error:
        log.info("mail_left_rudely", error=type(error).__name__)
        client.close()


async def send(client: aiosmtplib.SMTP, sender: str, to: str, letter: bytes) -> Told:
    """Never raises for what the server says or does."""
    try:
        await client.mail(sender)
        await client.rcpt(to)
    except aiosmtplib.SMTPRecipientRefused as error:
        return await _refused(client, error.code, "recipient")
    except aiosmtplib.SMTPResponseException as error:
        await _forget(client)  # of the sender: the installation's trouble, not the recipient's
        return Told(Fate.DELAYED, f"sender_{error.code}")
    except (aiosmtplib.SMTPException, OSError) as error:
        return Told(Fate.DELAYED, type(error).__name__)
    except ValueError:
        return Told(Fate.REFUSED, "address")
    return await _hand_over(client, letter)


async def _hand_over(client: aiosmtplib.SMTP, letter: bytes) -> Told:
    try:
        await client.data(letter)
    except aiosmtplib.SMTPDataError as error:
        return await _refused(client, error.code, "data")
    except (aiosmtplib.SMTPException, OSError) as error:
        return Told(Fate.UNSURE, type(error).__name__)
    return Told(Fate.SENT)


async def _refused(client: aiosmtplib.SMTP, code: int, step: str) -> Told:
    await _forget(client)
    fate = Fate.REFUSED if code >= _FOR_GOOD else Fate.DELAYED
    return Told(fate, f"{step}_{code}")


async def _forget(client: aiosmtplib.SMTP) -> None:
    """The next letter begins anew; a server that has hung up is met by the next step."""
    try:
        await client.rset()
    except (aiosmtplib.SMTPException, OSError) as error:
        log.info("mail_reset_failed", error=type(error).__name__)
