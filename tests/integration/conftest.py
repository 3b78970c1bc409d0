"""Indexes are made once for a module; what a test leaves in them is gone before the next."""

from tests.installation import engine, installed, settings, shared_installation
from tests.oidc_provider import provider

__all__ = ["engine", "installed", "provider", "settings", "shared_installation"]
