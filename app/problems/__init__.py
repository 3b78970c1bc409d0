"""Recurring problems: what many messages are about, where, since when, and who removes it."""
