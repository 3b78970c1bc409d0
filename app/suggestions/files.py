"""Where the lists that come with the product lie."""

from pathlib import Path

DATA = Path(__file__).parent / "data"
