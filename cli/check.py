"""`otklik check`: is what is stored whole and consistent."""

import sys
from datetime import UTC, datetime

import click
import msgspec

from app.engine.client import Engine
from app.settings import Settings
from app.system.service import late_reminders
from app.web.filters import counted, number
from cli.running import with_engine
from indexers.audit.check import CheckReport, check_audit

_KINDS = {
    "edited": "записи журнала изменены",
    "missing": "записей журнала не хватает перед этими",
    "cut_off": "конец цепочки журнала отрезан",
    "untold": "событий обращений нет в журнале",
    "differs": "события обращений и журнал расходятся",
    "forgotten": "обращения ждут записи в журнал, но не помечены",
}


@click.command()
@click.option(
    "--repair",
    is_flag=True,
    help="Пометить обращения, о которых журнал забыл: остальное допишет обработчик.",
)
@click.option("--json", "as_json", is_flag=True, help="Вывести результат в виде JSON.")
def check(*, repair: bool, as_json: bool) -> None:
    """Проверить журнал (не изменена ли и не удалена ли запись, всё ли из историй в нём есть) и
    напоминания о сроках.

    Код выхода 1, если что-то не так. Сам журнал команда не правит никогда.
    """

    async def call(engine: Engine, settings: Settings) -> tuple[CheckReport, int]:  # noqa: ARG001
        late = await late_reminders(engine, datetime.now(UTC))
        return await check_audit(engine, repair=repair), late

    report, late = with_engine(call)
    ok = report.ok and not late
    if as_json:
        told = msgspec.to_builtins(report) | {"late_reminders": late, "ok": ok}
        click.echo(msgspec.json.encode(told).decode())
    else:
        _tell(report)
        _tell_late(late)
        if ok:
            click.echo("Всё сходится.")
    if not ok:
        sys.exit(1)


def _tell_late(late: int) -> None:
    if late:
        cases = counted(late, "обращение ждёт", "обращения ждут", "обращений ждут")
        click.echo(
            f"Напоминания о сроках стоят: {cases} больше пяти минут. "
            "Проверьте, запущены ли «otklik schedule» и «otklik work»."
        )


def _tell(report: CheckReport) -> None:
    lines = counted(report.lines, "запись", "записи", "записей")
    click.echo(f"Журнал: {lines}, обращений {number(report.cases)}.")
    if report.waiting:
        click.echo(f"Ещё не дописано обращений: {number(report.waiting)}. Это не ошибка.")
    if report.other_key:
        click.echo(f"Подписано другим ключом, содержание не проверить: {number(report.other_key)}.")
    for kind, count in report.counts.items():
        click.echo(f"{_KINDS[kind]}: {number(count)}")
    for finding in report.examples:
        click.echo(f"  {finding.kind} {finding.where}")
    if report.repaired:
        click.echo(f"Помечено обращений: {number(report.repaired)}.")
    if not report.ok:
        click.echo("Журнал не сходится: покажите это администратору.")
