"""`python -m dev.engine [jdk|home]`: which JDK was chosen, where the assembled engine lies."""

import sys

import click

from dev.engine.assemble import assembled
from dev.engine.jdk import find_jdk
from dev.stack.places import engine_account
from dev.stack.talk import StackError, say


@click.command()
@click.argument("what", type=click.Choice(["jdk", "home"]))
def main(what: str) -> None:
    """Показать выбранный JDK (jdk) или папку собранного Elasticsearch (home)."""
    try:
        place = find_jdk(engine_account()).home if what == "jdk" else assembled(engine_account())[0]
    except StackError as error:
        say(error.message)
        sys.exit(1)
    click.echo(place)


if __name__ == "__main__":
    main()
