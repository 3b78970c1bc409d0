"""Findings come and go; the installation stays."""

from tests.installation import engine, installed, settings

__all__ = ["engine", "installed", "settings"]
