"""Causes of problems: what people hold for one, what speaks for it, and what the data offer."""
