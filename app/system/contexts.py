"""What the page «Состояние» says of the last rebuild."""

from datetime import datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from msgspec import Struct

from app.engine.names import Index
from app.meaning.models import EncoderState
from app.system.models import MeaningState, Rebuild, RebuildPhase
from app.system.rebuild_words import PHASE_NAMES
from app.web.filters import counted, number, show_datetime

INDEX_TITLES: dict[Index, str] = {
    Index.CASES: "Обращения",
    Index.IMPORTS: "Загрузки",
    Index.IMPORT_PROFILES: "Сопоставления столбцов",
    Index.COUNTERS: "Счётчики номеров",
    Index.REFERENCE: "Классификаторы тем",
    Index.EXPORTS: "Выгрузки",
    Index.BULK: "Действия над списками",
    Index.REBUILDS: "Перестройки",
    Index.VOCABULARY: "Слова для поиска",
    Index.MODELS: "Обученные подсказки",
    Index.TOKENS: "Токены программ",
    Index.DESKS: "Рабочие места",
    Index.USERS: "Люди",
    Index.DEPARTMENTS: "Ведомства",
    Index.DEADLINES: "Сроки и календари",
    Index.RECOUNTS: "Пересчёты сроков",
    Index.NOTICES: "Уведомления",
    Index.DIGESTS: "Сводки",
    Index.PAIRS: "Пары на проверку дублей",
    Index.PROBLEMS: "Проблемы",
    Index.GROWTH: "Рост и кампании",
    Index.FRICTION: "Конфликты и ошибки общения",
    Index.POLLS: "Опросы",
    Index.AUDIT: "Журнал",
    Index.MEANINGS: "Средние для поиска по смыслу",
    Index.ENRICHMENT: "Необработанные обращения",
    Index.CAUSES: "Причины проблем",
    Index.ROAD_MAPS: "Дорожные карты",
    Index.WEATHER: "Дни с погодой",
    Index.PLACES: "Справочник мест",
}
_RUNNING_POLL = 2
_IDLE_POLL = 15
_MINUTE = 60


class Bar(Struct, frozen=True):
    done: int
    total: int
    label: str
    state: Literal["running", "paused"]


class RebuildView(Struct, frozen=True):
    facts: list[tuple[str, str]]
    poll: int
    """Seconds until the page asks again."""
    bar: Bar | None = None
    trouble: str | None = None


def rebuild_view(rebuild: Rebuild | None, zone: ZoneInfo) -> RebuildView | None:
    """None where there was no rebuild yet."""
    if rebuild is None:
        return None
    if rebuild.phase is RebuildPhase.DONE:
        return RebuildView(_ended(rebuild, zone), _IDLE_POLL)
    running = rebuild.running
    state: Literal["running", "paused"] = "running" if running else "paused"
    bar = Bar(rebuild.copied, rebuild.total, "Скопировано", state)
    facts = [
        ("Что делается", PHASE_NAMES[rebuild.phase]),
        ("Начата", show_datetime(rebuild.started_at, zone)),
        ("Новый индекс", rebuild.target),
    ]
    if running:
        return RebuildView(facts, _RUNNING_POLL, bar)
    return RebuildView(facts, _IDLE_POLL, bar, _stopped(rebuild))


def _stopped(rebuild: Rebuild) -> str:
    advice = "Поиск и запись работают. Чтобы продолжить, выполните «otklik rebuild cases»."
    return f"Перестройка остановилась. {rebuild.error or ''} {advice}".replace("  ", " ")


def _ended(rebuild: Rebuild, zone: ZoneInfo) -> list[tuple[str, str]]:
    finished: datetime = rebuild.finished_at or rebuild.updated_at
    again = counted(rebuild.repaired, "документ", "документа", "документов")
    return [
        ("Закончена", show_datetime(finished, zone)),
        ("Заняла", duration(finished - rebuild.started_at)),
        ("Скопировано", counted(rebuild.copied, "документ", "документа", "документов")),
        ("Изменилось за это время", again),
        ("Запись ждала переключения", f"{number(rebuild.pause_ms / 1000)} с"),
        ("Новый индекс", rebuild.target),
        ("Прежний индекс", "удалён" if rebuild.source_dropped else rebuild.source),
    ]


def meaning_facts(found: MeaningState) -> list[tuple[str, str]]:
    """The model as this process of the site sees it, as the worker does, and who waits for it."""
    facts = [("Модель на сайте", found.encoder.note)]
    if found.worker and found.encoder.state is not EncoderState.OFF:
        facts.append(("Модель у работника", found.worker.encoder.note))
    if waiting := found.enrichment:
        facts.append(("Обращений ждут обработки", number(waiting.unfinished)))
        if waiting.without_vectors is not None:
            facts.append(("Обращений ждут вектора", number(waiting.without_vectors)))
        facts.append(("Обращений не удалось обработать", number(waiting.failed)))
        facts.append(("Обращений не удалось отнести к проблемам", number(waiting.unplaced)))
    if found.encoder.state is not EncoderState.OFF:
        asked = "Вопросов обошлись словами, с запуска сайта"
        facts.append((asked, number(found.unanswered)))
    return facts


def meaning_figures(found: MeaningState) -> tuple[bool, int, int | None, int | None, int | None]:
    """For Prometheus, in the order of `Metrics.meaning_is_known`; `failed` in every way."""
    ready, waiting = found.encoder.state is EncoderState.READY, found.enrichment
    if waiting is None:
        return ready, found.unanswered, None, None, None
    lacking = waiting.without_vectors
    failed = waiting.failed + waiting.unplaced
    return ready, found.unanswered, waiting.unfinished, lacking, failed


def duration(span: timedelta) -> str:
    """«3 мин 5 с»; under a minute seconds alone."""
    seconds = max(round(span.total_seconds()), 1)
    if seconds < _MINUTE:
        return f"{seconds} с"
    return f"{seconds // _MINUTE} мин {seconds % _MINUTE} с"
