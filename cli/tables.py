"""What commands that load and save a table of a book share."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from app.errors import StorageUnavailableError
from app.reference.table import BadBookError

OUT = click.option(
    "--out",
    required=True,
    type=click.Path(dir_okay=False, path_type=Path),
    help="Куда записать таблицу CSV.",
)


@contextmanager
def wrong_rows_told() -> Iterator[None]:
    """Each wrong row on a line of its own; the error itself goes on."""
    try:
        yield
    except BadBookError as error:
        for wrong in error.errors:
            click.echo(f"строка {wrong.row}: {wrong.message}", err=True)
        raise


def write_out(out: Path, table: bytes) -> None:
    """Raises `StorageUnavailableError`."""
    try:
        out.write_bytes(table)
    except OSError as error:
        message = f"Не удалось записать {out}: {error.strerror}."
        raise StorageUnavailableError(message) from error
