"""Fills the register of problems: which message belongs to which, and what can be told of each."""
