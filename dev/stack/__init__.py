"""Finds or starts Elasticsearch and Redis on a developer's machine, and stops them again."""
