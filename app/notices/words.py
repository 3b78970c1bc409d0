"""Notices in plain Russian, for pages and letters alike."""

from app.accounts.models import DigestDays, Way
from app.notices.models import MailState, Notice, NoticeKind, kind_of

KIND_NAMES: dict[NoticeKind, str] = {
    NoticeKind.HANDS: "Мне или моему ведомству дали обращение",
    NoticeKind.ASKED: "Моё ведомство спросили",
    NoticeKind.REPLIED: "Ответили на мой запрос",
    NoticeKind.APPROVAL: "Ответ ждёт моего согласования",
    NoticeKind.DECIDED: "Мой ответ согласовали или вернули на доработку",
    NoticeKind.RETURNED: "Вернули «не наше»",
    NoticeKind.DEADLINE: "Срок подходит или прошёл",
    NoticeKind.ESCALATED: "Просрочка дошла до меня как до руководителя",
    NoticeKind.ROAD_MAP: "Шаги дорожных карт и проблемы, которые вернулись",
    NoticeKind.GROWTH: "Сообщений стало заметно больше обычного",
}
KIND_SHORT: dict[NoticeKind, str] = {
    NoticeKind.HANDS: "Назначения",
    NoticeKind.ASKED: "Запросы к нам",
    NoticeKind.REPLIED: "Ответы на запросы",
    NoticeKind.APPROVAL: "Согласование",
    NoticeKind.DECIDED: "Мои ответы",
    NoticeKind.RETURNED: "Возвраты",
    NoticeKind.DEADLINE: "Сроки",
    NoticeKind.ESCALATED: "Просрочки у подчинённых",
    NoticeKind.ROAD_MAP: "Дорожные карты",
    NoticeKind.GROWTH: "Рост",
}
KIND_ICONS: dict[NoticeKind, str] = {
    NoticeKind.HANDS: "user",
    NoticeKind.ASKED: "question-mark",
    NoticeKind.REPLIED: "message",
    NoticeKind.APPROVAL: "writing",
    NoticeKind.DECIDED: "circle-check",
    NoticeKind.RETURNED: "arrow-left",
    NoticeKind.DEADLINE: "clock-exclamation",
    NoticeKind.ESCALATED: "alert-triangle",
    NoticeKind.ROAD_MAP: "list",
    NoticeKind.GROWTH: "trending-up",
}
EVENT_WORDS: dict[str, str] = {
    "assign": "Назначено обращение",
    "give_question": "Поручен вопрос обращения",
    "reopen": "Обращение снова в работе",
    "reopen_question": "Вопрос обращения снова открыт",
    "ask": "Запрос вашему ведомству",
    "reply": "Ответ на ваш запрос",
    "send_for_approval": "Ответ ждёт согласования",
    "approve": "Ответ согласован и отправлен",
    "rework": "Ответ вернули на доработку",
    "return": "Обращение вернули: «не наше»",
    "deadline_warning": "Срок подходит",
    "deadline_overdue": "Срок прошёл",
    "deadline_escalated": "Просрочено, и ничего не сделано",
    "request_overdue": "Ведомство не ответило на запрос в срок",
    "step_given": "Вам поручен шаг дорожной карты",
    "step_warning": "Срок шага дорожной карты подходит",
    "step_overdue": "Срок шага дорожной карты прошёл",
    "step_escalated": "Шаг вашей дорожной карты не сделан в срок",
    "step_moved": "Шагу дорожной карты дали другой срок или передали его другому",
    "problem_returned": "Решённая проблема вернулась",
    "problem_grows": "Проблема растёт",
    "theme_grows": "Тема растёт",
}
WAY_NAMES: dict[Way, str] = {
    Way.NOW: "сразу",
    Way.DIGEST: "в сводке",
    Way.NEVER: "не писать",
}
DAY_NAMES: dict[DigestDays, str] = {
    DigestDays.WORKING: "по рабочим дням",
    DigestDays.EVERY: "каждый день",
}
LETTER_WORDS: dict[MailState, str] = {
    MailState.UNSURE: "письмо, возможно, не дошло",
    MailState.FAILED: "письмо не дошло",
}


def event_words(what: str) -> str:
    """A code without words says that something changed, never nothing."""
    return EVENT_WORDS.get(what, "Изменилось обращение")


def about(notice: Notice) -> str:
    """«№ 26-000123»; growth has no number and is called by what grows."""
    return notice.number if kind_of(notice.what) is NoticeKind.GROWTH else f"№ {notice.number}"


def headline(notice: Notice) -> str:
    """«Назначено обращение, № 26-000123»; «Тема растёт: Ямы, Зареченск — 11 за 3 дня»."""
    mark = ":" if kind_of(notice.what) is NoticeKind.GROWTH else ","
    return f"{event_words(notice.what)}{mark} {about(notice)}"
