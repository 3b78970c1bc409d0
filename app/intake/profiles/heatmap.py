"""«Тепловая карта» of a regional centre: a register without texts, ids and closing dates."""

from app.cases.codes import Channel, Kind, State
from app.intake.profiles.base import Profile, Record, UnknownValues, by_part
from app.intake.tables import Cell
from app.intake.values import BadValueError, cell_text, parse_flag

_STATUSES: tuple[tuple[str, State], ...] = (
    ("закрыт", State.CLOSED),
    ("готово", State.CLOSED),
    ("архив", State.CLOSED),
    ("возврат", State.MODERATION),
    ("соглас", State.APPROVAL),
    ("модерац", State.MODERATION),
    ("уточнен", State.MODERATION),
    ("редактир", State.MODERATION),
    ("внешн", State.FORWARDED),
    ("реакци", State.ASSIGNED),
    ("отложен", State.INTERIM),
    ("исполнен", State.IN_PROGRESS),
    ("работ", State.IN_PROGRESS),
)
"""Beginnings of status words seen in real registers; the first that is found decides."""

_CHANNELS: tuple[tuple[str, Channel], ...] = (
    ("инцидент", Channel.INCIDENT),
    ("пос", Channel.POS),
    ("добродел", Channel.MUNICIPAL),
    ("ппмо", Channel.MUNICIPAL),
    ("мсэд", Channel.MUNICIPAL),
    ("едс", Channel.PHONE),
    ("онф", Channel.OTHER),
)

_PROPOSAL = frozenset({"1", "предложения", "предложение"})


def _prepare(record: Record, unknown: UnknownValues) -> Record:
    group = cell_text(record.get("group")) or cell_text(record.get("direction"))
    theme = cell_text(record.get("theme"))
    address = cell_text(record.get("address"))
    spam = _is_spam(record.get("spam"), unknown)
    tags = ["предложение"] if cell_text(record.get("type")).casefold() in _PROPOSAL else []
    return {
        "text": ". ".join(part for part in (group, theme, address) if part),
        "received_at": record.get("received_at"),
        "group": group,
        "theme": theme,
        "address": address,
        "executor": record.get("executor"),
        "channel": _channel(cell_text(record.get("origin")), unknown),
        "kind": Kind.MESSAGE,
        "state": State.REJECTED if spam else _state(cell_text(record.get("status")), unknown),
        "result": "Спам" if spam else None,
        "step": record.get("status"),
        "tags": ", ".join(tags),
    }


def _is_spam(cell: Cell, unknown: UnknownValues) -> bool:
    try:
        return bool(parse_flag(cell))
    except BadValueError:
        unknown.add("Спам", cell_text(cell))
        return False


def _state(status: str, unknown: UnknownValues) -> State:
    state = by_part(status, _STATUSES)
    if status and state is None:
        unknown.add("Статус", status)
    return state or State.IN_PROGRESS


def _channel(origin: str, unknown: UnknownValues) -> Channel:
    channel = by_part(origin, _CHANNELS)
    if origin and channel is None:
        unknown.add("Источник", origin)
    return channel or Channel.OTHER


HEATMAP = Profile(
    code="heatmap",
    title="«Тепловая карта»",
    system="heatmap",
    accepted={
        "direction": ("Направление",),
        "group": ("Синт. группа", "Синтетическая группа"),
        "theme": ("Подтема",),
        "status": ("Статус",),
        "executor": ("Исполнитель",),
        "origin": ("Источник",),
        "type": ("Тип сообщения",),
        "spam": ("Спам",),
        "received_at": ("Дата", "Дата (первого взятия в работу)", "Дата первого взятия в работу"),
        "address": ("Адрес (формат)", "Адрес"),
    },
    required=("theme", "received_at"),
    prepare=_prepare,
)
