"""Loads files: read into rows, rows into cases, in chunks that survive any interruption."""
