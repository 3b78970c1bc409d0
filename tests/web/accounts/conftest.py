"""People come and go; the installation stays."""

from tests.installation import engine, installed, settings
from tests.oidc_provider import provider

__all__ = ["engine", "installed", "provider", "settings"]
