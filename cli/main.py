"""The command `otklik`: a command loads its own part only when it is called."""

import importlib
import sys

import click

from app.errors import OtklikError

_COMMANDS = {
    "books": "cli.books:books",
    "audit": "cli.audit:audit",
    "check": "cli.check:check",
    "deadline": "cli.deadline:deadline",
    "demo": "cli.demo:demo",
    "export": "cli.exports:export",
    "health": "cli.health:health",
    "import": "cli.imports:import_file",
    "meaning": "cli.meaning:meaning",
    "places": "cli.places:places",
    "rebuild": "cli.rebuild:rebuild_index",
    "schedule": "cli.processes:schedule",
    "search": "cli.search:search",
    "suggest": "cli.suggest:suggest",
    "serve": "cli.serve:serve",
    "similar": "cli.similar:similar",
    "setup": "cli.setup:setup",
    "token": "cli.tokens:token",
    "up": "cli.up:up",
    "user": "cli.users:user",
    "work": "cli.processes:work",
}


class LazyGroup(click.Group):
    """Knows its commands by name and imports one when it is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return sorted(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if (target := _COMMANDS.get(cmd_name)) is None:
            return None
        module, _, name = target.partition(":")
        command = getattr(importlib.import_module(module), name)
        if not isinstance(command, click.Command):
            raise TypeError(f"{target} is not a command")
        return command


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="otklik", message="%(version)s")
def group() -> None:
    """Отклик: сообщения и обращения жителей, от приёма до причины."""


def main() -> None:
    """Exit code 0 done, 1 failed (one Russian sentence on stderr), 2 bad usage."""
    try:
        group(prog_name="otklik")
    except OtklikError as error:
        click.echo(error.message, err=True)
        sys.exit(1)


if __name__ == "__main__":
    main()
