"""A real mail server on this computer: keeps what it is given, refuses what it is told to."""

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session


@dataclass
class Post:
    """What came, and how the server behaves; a change counts from the next letter on."""

    port: int
    letters: list[EmailMessage] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    """Recipient → what the server says to them instead of taking the letter."""
    data_answer: str = ""
    """What it says after the letter instead of taking it."""
    hold: threading.Event | None = None
    """It takes the letter, but does not say so before this is set."""
    received: threading.Event = field(default_factory=threading.Event)

    def to(self, login: str) -> list[EmailMessage]:
        return [one for one in self.letters if one["To"] == f"{login}@example.org"]

    async def handle_RCPT(  # noqa: N802 - the library's name
        self,
        _server: SMTP,
        _session: Session,
        envelope: Envelope,
        address: str,
        _options: list[str],
    ) -> str:
        if address in self.refused:
            return self.refused[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(  # noqa: N802 - the library's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        if self.data_answer:
            return self.data_answer
        content = envelope.original_content or b""
        parsed = message_from_bytes(content, policy=policy.default)
        assert isinstance(parsed, EmailMessage)
        self.letters.append(parsed)
        self.received.set()
        if self.hold:
            await asyncio.to_thread(self.hold.wait, 60)
        return "250 OK"


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def mail_server(port: int | None = None, **options: Any) -> Iterator[Post]:
    """`options` are those of `aiosmtpd.smtp.SMTP`: encryption, sign-in."""
    kept = Post(port or free_port())
    controller = Controller(kept, hostname="127.0.0.1", port=kept.port, **options)
    controller.start()
    try:
        yield kept
    finally:
        controller.stop()
