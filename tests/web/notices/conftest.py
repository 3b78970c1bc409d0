"""Notices come and go; the installation stays."""

from tests.installation import engine, installed, settings, shared_installation

__all__ = ["engine", "installed", "settings", "shared_installation"]
