"""Export of «Инцидент менеджмент»: 47 columns whose order differs between cabinets."""

from app.cases.codes import Channel, Kind, State
from app.intake.profiles.base import Profile, Record, UnknownValues, by_part
from app.intake.values import cell_text

_OPEN_OUTCOMES = frozenset({"не решено", "отложено"})
"""Values of «Итог» with which a case is still open, as exports of two regions use it."""

_STEPS: tuple[tuple[str, State], ...] = (
    ("готово", State.CLOSED),
    ("закры", State.CLOSED),
    ("оценк", State.ANSWERED),
    ("соглас", State.APPROVAL),
    ("утвержд", State.APPROVAL),
    ("модерац", State.MODERATION),
    ("возврат", State.MODERATION),
    ("нов", State.NEW),
    ("назнач", State.ASSIGNED),
    ("исполн", State.IN_PROGRESS),
    ("работ", State.IN_PROGRESS),
    ("перенаправ", State.FORWARDED),
)
"""Beginnings of words in «Текущий шаг инцидента»; the first that is found decides."""


_REJECTED = ("отклон", "спам", "дубл")
"""Beginnings of words in «Итог» and «Причина закрытия» of what was closed without an answer."""


def _state(step: str, outcome: str, reason: str, unknown: UnknownValues) -> State:
    state = by_part(step, _STEPS)
    if state is None:
        if step:
            unknown.add("Текущий шаг инцидента", step)
        state = State.IN_PROGRESS if step else State.NEW
    if state is not State.CLOSED:
        return state
    ending = outcome.casefold()
    if any(part in f"{ending} {reason.casefold()}" for part in _REJECTED):
        return State.REJECTED
    if ending in _OPEN_OUTCOMES:
        return State.INTERIM if ending == "отложено" else State.ANSWERED
    return state


def _prepare(record: Record, unknown: UnknownValues) -> Record:
    result = dict(record)
    outcome = cell_text(record.get("result"))
    reason = cell_text(record.get("closing_reason"))
    result["state"] = _state(cell_text(record.get("step")), outcome, reason, unknown)
    result["channel"] = Channel.INCIDENT
    result["kind"] = Kind.MESSAGE
    if not cell_text(record.get("answer")):
        result["answer"] = record.get("common_answer")
    return result


IM = Profile(
    code="im",
    title="«Инцидент менеджмент»",
    system="im",
    accepted={
        "external_id": ("ID",),
        "external_number": ("Номер инцидента",),
        "text": ("Текст инцидента",),
        "received_at": ("Дата создания",),
        "closed_at": ("Дата окончания", "Дата закрытия"),
        "department": ("Отдел",),
        "executor": ("Исполнитель",),
        "step": ("Текущий шаг инцидента",),
        "result": ("Итог",),
        "group": ("Группа тем",),
        "theme": ("Тема",),
        "municipality": ("Муниципалитет",),
        "settlement": ("Населенный пункт",),
        "street": ("Улица",),
        "house": ("Дом",),
        "address": ("Объект",),
        "tags": ("Теги",),
        "url": ("Урл поста", "URL поста"),
        "author_account": ("URL автора", "Урл автора"),
        "assigned_at": ("Время назначения последнего исполнителя",),
        "common_answer": ("Общий текст первого ответа",),
        "answer": ("1ый ответ ПИ",),
        "answer2": ("2ой ответ ПИ",),
        "answer3": ("3ий ответ ПИ",),
        "answered_at": ("Время 1го ответа ПИ",),
        "answer_took": ("Время с даты создания инцидента до времени первого ответа",),
        "answer_took_working": ("Время с даты создания инцидента до времени первого ответа (2)",),
        "closing_reason": ("Причина закрытия",),
    },
    required=("external_id", "text", "received_at"),
    prepare=_prepare,
    identified=True,
)
