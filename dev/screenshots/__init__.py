"""Pictures of the pages of a running installation: for the documentation, or all for looking at."""
