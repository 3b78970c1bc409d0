"""What the templates of deadlines see: profiles by stage, a change in words, its cases."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime

from app.cases.codes import CHANNEL_NAMES, IMPORTANCE_NAMES
from app.cases.recounting import Move
from app.deadlines.models import STAGE_NAMES, Book, Choice, Profile, Stage
from app.deadlines.service import StoredBook
from app.deadlines.words import KIND_WORDS, amount_words, span_words
from app.recounts.models import Recount, RecountState, Tally
from app.reference.rules import BookEvent
from app.web.filters import counted, number
from app.web.progress import Look, ProgressView, Troubles, pace

CASES = ("обращение", "обращения", "обращений")
SHOWN_EVENTS = 30
CHANNELS = [(code.value, name) for code, name in CHANNEL_NAMES.items()]
IMPORTANCES = [(code.value, name) for code, name in IMPORTANCE_NAMES.items()]
_LOOKS = {
    RecountState.COUNTING: Look("Считается", "blue", "progress"),
    RecountState.READY: Look("Ещё не применено", "yellow", "eye"),
    RecountState.APPLYING: Look("Применяется", "blue", "progress"),
    RecountState.DONE: Look("Применено", "green", "circle-check"),
    RecountState.OUTDATED: Look("Не применено", "gray", "ban"),
}
_TROUBLES = Troubles(
    queue_away="Очередь сейчас недоступна. Работа начнётся сама, как только она появится.",
    waits="Работа ждёт дольше обычного и начнётся сама. Если так и не началось, "
    "попросите администратора проверить, запущен ли обработчик.",
    broke_off="Работа прервалась. Она сама продолжится с того же места.",
)
_STAGES = (*(Stage.REGISTRATION, Stage.ANSWER, Stage.FORWARDING, Stage.INTERIM, Stage.RETURN),)


@dataclass(frozen=True)
class ProfileRow:
    profile: Profile
    amount: str
    used: list[str]
    """What it is chosen for, in words."""


@dataclass(frozen=True)
class ProfileGroup:
    title: str
    rows: list[ProfileRow]


def profile_groups(book: Book) -> list[ProfileGroup]:
    """By kind and stage, as people look for them."""
    groups = []
    for kind, words in KIND_WORDS.items():
        for stage in _STAGES:
            found = [
                one for one in book.profiles.values() if (one.kind, one.stage) == (kind, stage)
            ]
            if found:
                title = f"{words[:1].upper()}{words[1:]}: {STAGE_NAMES[stage].lower()}"
                groups.append(ProfileGroup(title, [_profile_row(book, one) for one in found]))
    return groups


def _profile_row(book: Book, one: Profile) -> ProfileRow:
    used = [choice_words(choice) for choice in book.choices if choice.profile == one.code]
    return ProfileRow(one, amount_words(one), used)


def choice_words(choice: Choice) -> str:
    """«ПОС, высокая важность»; «все остальные» for the one that says nothing more."""
    parts = [
        dict(CHANNELS).get(choice.channel or "", choice.channel or ""),
        f"{dict(IMPORTANCES).get(choice.importance, '').lower()} важность"
        if choice.importance
        else "",
    ]
    return ", ".join(filter(None, parts)) or "все остальные"


def profile_choices(book: Book, keep: Collection[str]) -> list[tuple[str, list[tuple[str, str]]]]:
    """Groups of profiles that may be chosen; `keep`: also these, though closed."""
    return [
        (
            group.title,
            [
                (row.profile.code, row.profile.name)
                for row in group.rows
                if row.profile.active or row.profile.code in keep
            ],
        )
        for group in profile_groups(book)
    ]


_WHAT = {
    "profile_created": "Заведён порядок «{name}»",
    "profile_changed": "Изменён порядок «{name}»",
    "calendar_created": "Заведён календарь «{name}»",
    "calendar_changed": "Изменён календарь «{name}»",
    "choices_changed": "Изменено, какой порядок для каких обращений",
    "ladder_changed": "Изменены шаги напоминаний",
}
_FIELDS = {
    "name": "название",
    "unit": "единица",
    "amount": "длина",
    "start": "начало отсчёта",
    "cut_off": "час, после которого считается со следующего дня",
    "shift": "перенос с выходного",
    "pause": "остановка на промежуточный ответ",
    "warn": "предупреждения",
    "basis": "основание",
    "stage": "этап",
    "kind": "вид",
    "active": "действует ли",
    "municipalities": "муниципалитеты",
    "zone": "пояс",
    "week": "часы недели",
    "lunch": "обед",
    "country": "праздники страны",
    "shorten": "короткий день",
    "exceptions": "особые дни",
    "seen": "выходные страны проверены",
}


def history_of(stored: StoredBook, codes: Collection[str] = ()) -> list[tuple[BookEvent, str]]:
    """The newest first; only of the entries `codes` where any are named."""
    found = [one for one in reversed(stored.history) if not codes or one.code in codes]
    return [(one, event_words(one)) for one in found[:SHOWN_EVENTS]]


def event_words(event: BookEvent) -> str:
    told = _WHAT.get(event.what, event.what).format(name=event.name)
    names = [_FIELDS[name] for name in event.changed if name in _FIELDS]
    return f"{told}: {', '.join(names)}." if names else f"{told}."


@dataclass(frozen=True)
class MoveRow:
    move: Move
    stage: str
    by: str
    """«раньше на 2 часа»."""
    overdue: bool


@dataclass(frozen=True)
class TallyView:
    facts: list[tuple[str, str]]
    rows: list[MoveRow]
    more: str
    """«И ещё 5 обращений…», or empty."""


def tally_view(tally: Tally, seen: Collection[str], now: datetime, *, done: bool) -> TallyView:
    """`seen`: ids of cases this viewer may see; of the others only the number is told."""
    rows = [_move_row(one, now) for one in tally.rows if one.case_id in seen]
    verb = "Сдвинулось" if done else "Сдвинется"
    facts = [
        (verb, number(tally.moves)),
        ("Из них раньше", number(tally.earlier)),
        ("Из них позже", number(tally.later)),
        ("Станет просроченными" if not done else "Стало просроченными", number(tally.overdue)),
        ("Только напоминание", number(tally.reminders)),
    ]
    if done and tally.meanwhile:
        facts.append(("Изменены людьми после показа", number(tally.meanwhile)))
    if done and tally.failed:
        facts.append(("Не удалось записать", number(tally.failed)))
    left = tally.moves - len(rows)
    return TallyView(facts, rows, f"И ещё {counted(left, *CASES)}." if rows and left else "")


def _move_row(move: Move, now: datetime) -> MoveRow:
    minutes = round((move.becomes - move.was).total_seconds() / 60)
    side = "позже" if minutes > 0 else "раньше"
    by = f"{side} на {span_words(minutes)}"
    return MoveRow(move, STAGE_NAMES[move.stage], by, move.overdue_by(now))


def look_of(job: Recount) -> Look:
    return _LOOKS[job.state]


def progress_of(job: Recount, *, queue_away: bool) -> ProgressView | None:
    """While a worker has it in hand."""
    if job.state not in {RecountState.COUNTING, RecountState.APPLYING}:
        return None
    now = datetime.now(UTC)
    counting = job.state is RecountState.COUNTING
    tally = job.preview if counting else job.result
    begun = job.lease_owner is not None
    over = begun and (job.lease_until is None or job.lease_until < now)
    trouble = _TROUBLES.broke_off if over else ""
    if not begun:
        trouble = _TROUBLES.waiting(job.updated_at, now, queue_away=queue_away)
    return ProgressView(
        "Просмотрено",
        tally.checked,
        max(job.open, tally.checked),
        "Смотрим, какие открытые обращения сдвинутся." if counting else _moving(job),
        details=pace(tally.checked, job.open, job.started_at, now, number),
        trouble=job.trouble or trouble,
    )


def _moving(job: Recount) -> str:
    if job.late:
        return "Проверяем то, что внесли и изменили за это время."
    return "Новые сроки записываются в обращения одно за другим."
