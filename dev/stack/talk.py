"""What the stack says to a person, and the one error it raises."""

from typing import ClassVar

import click

from app.errors import OtklikError


class StackError(OtklikError):
    """Something the stack needs is missing or broken; the sentence says what to do."""

    code: ClassVar[str] = "stack"
    status: ClassVar[int] = 503


def say(sentence: str) -> None:
    """Goes to stderr, so that the output of a wrapped command stays clean."""
    click.echo(sentence, err=True)
