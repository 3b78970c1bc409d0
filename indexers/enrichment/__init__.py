"""What a machine works out about a case after it was written; `docs/decisions/0022` says how."""
