"""Notices come and go; the installation and its mail server stay."""

from collections.abc import Iterator

import pytest

from app.settings import Settings
from tests.installation import engine, installed, settings, shared_installation
from tests.noticing import with_mail
from tests.smtp_server import Post, mail_server

__all__ = ["engine", "installed", "settings", "shared_installation"]


@pytest.fixture
def post() -> Iterator[Post]:
    with mail_server() as found:
        yield found


@pytest.fixture
def mailing(settings: Settings, post: Post) -> Settings:
    return with_mail(settings, post.port)
