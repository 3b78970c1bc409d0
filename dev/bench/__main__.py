"""`make bench`: speed on the real engine, written to `docs/measurements.md`."""

import click

from dev.bench import imports


@click.command()
@click.option("--rows", default=100_000, show_default=True, help="Rows of the imported file.")
def main(rows: int) -> None:
    """Measures the import; each figure stands beside the bare engine's of the same run."""
    imports.main(rows)


if __name__ == "__main__":
    main()
