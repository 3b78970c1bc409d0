"""Learns from what people decided; `docs/decisions/0025` says how and how well."""
