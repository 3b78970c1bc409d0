"""Builds an index anew while people read and write; `docs/decisions/0009` says why this way."""
