"""Closed lists of codes and their Russian names (agreed with users' scripts: never renamed)."""

from enum import StrEnum


class Kind(StrEnum):
    """Two kinds that are legally different and never mix (сообщение is not under 59-ФЗ)."""

    MESSAGE = "message"
    APPEAL = "appeal"


class Channel(StrEnum):
    POS = "pos"
    INCIDENT = "incident"
    VK = "vk"
    OK = "ok"
    TELEGRAM = "telegram"
    MAX = "max"
    EMAIL = "email"
    SITE = "site"
    PHONE = "phone"
    ORAL = "oral"
    PAPER = "paper"
    MUNICIPAL = "municipal"
    OPEN311 = "open311"
    OTHER = "other"


class State(StrEnum):
    NEW = "new"
    MODERATION = "moderation"
    ASSIGNED = "assigned"
    IN_PROGRESS = "in_progress"
    APPROVAL = "approval"
    INTERIM = "interim"
    ANSWERED = "answered"
    CLOSED = "closed"
    REJECTED = "rejected"
    FORWARDED = "forwarded"


class AnswerKind(StrEnum):
    INTERIM = "interim"
    FINAL = "final"


class AnswerState(StrEnum):
    DRAFT = "draft"
    WAITING = "waiting"
    """For approval."""
    REWORK = "rework"
    SENT = "sent"


class RequestState(StrEnum):
    OPEN = "open"
    ANSWERED = "answered"
    CANCELLED = "cancelled"


class Importance(StrEnum):
    NORMAL = "normal"
    HIGH = "high"


class Basis(StrEnum):
    """What a due moment follows from."""

    RULE = "rule"
    """The profile that the rules choose for the case."""
    CHOSEN = "chosen"
    """The profile that a person chose for this case."""
    GIVEN = "given"
    """The system the case came from named the moment."""
    PROMISED = "promised"
    EXTENDED = "extended"


class LinkKind(StrEnum):
    RELATED = "related"
    REPEAT = "repeat"
    """The same author again about the same."""
    FOLLOW_UP = "follow_up"


KIND_NAMES: dict[Kind, str] = {Kind.MESSAGE: "Сообщение", Kind.APPEAL: "Обращение"}

CHANNEL_NAMES: dict[Channel, str] = {
    Channel.POS: "ПОС",
    Channel.INCIDENT: "Инцидент менеджмент",
    Channel.VK: "ВКонтакте",
    Channel.OK: "Одноклассники",
    Channel.TELEGRAM: "Телеграм",
    Channel.MAX: "MAX",
    Channel.EMAIL: "Электронная почта",
    Channel.SITE: "Сайт",
    Channel.PHONE: "Телефон",
    Channel.ORAL: "Личный приём",
    Channel.PAPER: "Письмо",
    Channel.MUNICIPAL: "Муниципальная система",
    Channel.OPEN311: "Open311",
    Channel.OTHER: "Другой",
}

STATE_NAMES: dict[State, str] = {
    State.NEW: "Новое",
    State.MODERATION: "На модерации",
    State.ASSIGNED: "Назначено",
    State.IN_PROGRESS: "В работе",
    State.APPROVAL: "На согласовании",
    State.INTERIM: "Дан промежуточный ответ",
    State.ANSWERED: "Дан ответ",
    State.CLOSED: "Закрыто",
    State.REJECTED: "Отклонено",
    State.FORWARDED: "Перенаправлено",
}

IMPORTANCE_NAMES: dict[Importance, str] = {
    Importance.NORMAL: "Обычная",
    Importance.HIGH: "Высокая",
}

LINK_NAMES: dict[LinkKind, str] = {
    LinkKind.RELATED: "Связано",
    LinkKind.REPEAT: "Повтор",
    LinkKind.FOLLOW_UP: "Продолжение",
}

SYSTEM_NAMES: dict[str, str] = {
    "im": "Инцидент менеджмент",
    "heatmap": "Тепловая карта",
    "canonical": "Таблица Отклика",
    "manual": "Ручной ввод",
}
"""Sources the product itself names; a table may name others, and these are shown as they are."""

DONE_STATES = frozenset({State.ANSWERED, State.CLOSED, State.REJECTED, State.FORWARDED})
"""Nothing more is due from us in these."""
