"""The journal in plain Russian: each code of what happened has its words.

Codes of cases are those of their history events; a test holds this table against them.
"""

from typing import Any

from app.web.filters import counted, number

WORDS: dict[str, str] = {
    "request.refused": "Отказ",
    "request.refused_many": "Отказы, посчитанные вместе",
    "audit.read": "Прочитан журнал",
    "audit.exported": "Заказана выгрузка журнала",
    "audit.dropped": "Удалён старый месяц журнала",
    "audit.day_closed": "Журнал за день закрыт",
    "export.asked": "Заказана выгрузка",
    "export.downloaded": "Скачана выгрузка",
    "import.asked": "Отправлен файл на загрузку",
    "import.done": "Загрузка закончена",
    "import.failed": "Загрузка не удалась",
    "import.cancelled": "Загрузка остановлена",
    "case.author_revealed": "Открыты данные автора",
    "case.searched_by_name": "Поиск по имени человека",
    "case.searched_by_phone": "Поиск по телефону человека",
    "case.searched_by_author": "Открыты все обращения одного автора",
    "sign_in.done": "Вход",
    "sign_in.refused": "Вход не удался",
    "sign_in.closed": "Вход закрыт на время: слишком много попыток",
    "sign_out": "Выход",
    "session.refused": "Вход устарел или подделан",
    "session.locked": "Вход закрыт паролем после перерыва",
    "session.unlocked": "Вход открыт после перерыва",
    "session.ended": "Вход завершён",
    "user.created": "Заведён человек",
    "user.changed": "Изменены данные человека",
    "user.rights_changed": "Изменены права",
    "user.deactivated": "Доступ закрыт",
    "user.activated": "Доступ открыт",
    "password.changed": "Сменён пароль",
    "password.reset": "Сброшен пароль",
    "totp.on": "Включён вход с кодом",
    "totp.off": "Выключен вход с кодом",
    "totp.recovery_code_used": "Вход запасным кодом",
    "oidc.bound": "Связан внешний вход",
    "token.created": "Выдан токен",
    "token.revoked": "Отозван токен",
    "token.refused": "Токен не принят",
    "book.department_created": "Заведено ведомство",
    "book.department_changed": "Изменено ведомство",
    "book.sector_created": "Заведён отраслевой блок",
    "book.sector_changed": "Изменён отраслевой блок",
    "book.profile_created": "Заведён порядок расчёта срока",
    "book.profile_changed": "Изменён порядок расчёта срока",
    "book.calendar_created": "Заведён рабочий календарь",
    "book.calendar_changed": "Изменён рабочий календарь",
    "book.choices_changed": "Изменены правила выбора порядка расчёта",
    "book.ladder_changed": "Изменены шаги напоминаний",
    "book.danger_created": "Добавлены опасные слова",
    "book.danger_changed": "Изменены опасные слова",
    "book.tone_created": "Добавлены резкие слова",
    "book.tone_changed": "Изменены резкие слова",
    "book.tone_removed": "Убраны резкие слова",
    "book.places_loaded": "Загружен справочник мест",
    "book.places_restored": "Возвращён прежний справочник мест",
    "book.thresholds_changed": "Изменены пороги подсказок",
    "book.windows_changed": "Изменены сроки ожидания проблем",
    "book.weather_changed": "Изменены дни с погодой",
    "problem.renamed": "Изменено название проблемы",
    "problem.owned": "Изменён ответственный за проблему",
    "problem.state": "Изменено состояние проблемы",
    "problem.apart": "Проблемы названы разными",
    "problem.merged": "Проблема объединена с другой",
    "problem.took_in": "Проблема приняла сообщения другой",
    "problem.split": "Из проблемы выделена другая",
    "problem.put_in": "Обращения отнесены к проблеме",
    "problem.taken_out": "Обращения вынуты из проблемы",
    "cause.created": "Записана причина",
    "cause.changed": "Изменена причина",
    "road_map.created": "Начата дорожная карта",
    "road_map.changed": "Изменена дорожная карта",
    "road_map.solved": "Проблема отмечена решённой",
    "road_map.published": "Опубликована практика",
}
"""Everything that is not a step of a case."""

CASE_WORDS: dict[str, str] = {
    "imported": "Внесено загрузкой",
    "import_changed": "Изменено загрузкой",
    "entered": "Внесено вручную",
    "received": "Принято по API",
    "register": "Зарегистрировано",
    "moderate": "Отправлено на модерацию",
    "accept": "Принято после модерации",
    "reject": "Отклонено при модерации",
    "classify": "Изменена тема",
    "set_place": "Изменено место",
    "set_importance": "Изменена важность",
    "set_profile": "Изменён порядок расчёта срока",
    "take": "Взято в работу",
    "assign": "Назначено",
    "release": "Исполнитель снят",
    "return": "Возвращено: не наше",
    "forward": "Перенаправлено в другой орган",
    "ask": "Запрошено ведомство",
    "reply": "Отвечено на запрос",
    "cancel_request": "Запрос отменён",
    "draft": "Сохранён черновик ответа",
    "send_for_approval": "Ответ отправлен на согласование",
    "interim": "Дан промежуточный ответ",
    "answer": "Дан ответ",
    "approve": "Ответ согласован и отправлен",
    "rework": "Ответ возвращён на доработку",
    "close": "Закрыто",
    "close_unanswered": "Закрыто без ответа",
    "reopen": "Возвращено в работу",
    "extend": "Продлён срок",
    "split": "Поделено на вопросы",
    "give_question": "Назначен вопрос",
    "close_question": "Закрыт вопрос",
    "reopen_question": "Вопрос открыт заново",
    "note": "Оставлена заметка",
    "link": "Связано с другим",
    "unlink": "Связь убрана",
    "mark_duplicate": "Отмечено как дубль",
    "unmark_duplicate": "Больше не дубль",
    "regrouped": "Изменилась группа дублей",
    "tag": "Добавлена метка",
    "untag": "Снята метка",
    "attach": "Приложен файл",
    "detach": "Убран файл",
    "reveal": "Открыты данные автора",
    "undo": "Отменено своё действие",
    "deadline_warning": "Напомнено о сроке",
    "deadline_overdue": "Нарушен срок",
    "deadline_escalated": "О нарушенном сроке сказано выше",
    "request_overdue": "Ведомство не ответило в срок",
    "deadline_recounted": "Пересчитан срок",
    "problem_put_in": "Отнесено к проблеме",
    "problem_taken_out": "Вынуто из проблемы",
}
"""Steps of cases: `case.` and the code of the history event."""

REFUSALS: dict[str, str] = {
    "forbidden": "нет права",
    "not_signed_in": "нет входа",
    "session_locked": "вход закрыт после перерыва",
    "not_found": "такого нет или не видно",
    "stale_form": "форма без ключа этого сайта",
    "foreign_origin": "запрос с чужого сайта",
    "foreign_host": "чужой адрес сайта",
    "too_many_attempts": "слишком много попыток",
    "wrong_password": "неверный пароль",
    "unknown_login": "такого логина нет",
    "wrong_code": "неверный код",
    "unknown_session": "такого входа нет",
    "ended_session": "вход завершён",
    "login": "для логина",
    "address": "для адреса",
    "too_many_requests": "слишком много запросов",
    "password_change_due": "сначала сменить пароль",
    "not_authorized": "нет входа",
    "token_unknown": "токен не опознан",
    "token_expired": "срок токена истёк",
    "token_revoked": "токен отозван",
    "token_owner_inactive": "человек больше не работает",
}

OBJECTS: dict[str, str] = {
    "case": "обращение",
    "export": "выгрузка",
    "import": "загрузка",
    "attachment": "файл",
    "account": "человек",
    "token": "токен",
    "session": "вход",
    "book": "справочник",
    "audit": "журнал",
    "other": "другое",
}

OUTCOMES = {"done": "Сделано", "refused": "Отказано"}

COUNTS = {
    "created": "создано",
    "updated": "изменено",
    "unchanged": "без изменений",
    "rejected": "не принято",
}

MACHINES = {
    "import": "Загрузка",
    "local": "Команда на сервере",
    "setup": "Установка",
    "system": "Отклик",
}
"""Who acts without a login."""


def what_words(code: str) -> str:
    """A code without words is shown as it is."""
    step = code.removeprefix("case.")
    return WORDS.get(code) or CASE_WORDS.get(step) or code


def who_words(login: str | None) -> str:
    return MACHINES.get(login, login) if login else "Неизвестный"


def refusal_words(code: str | None) -> str:
    return REFUSALS.get(code, code) if code else ""


FIELDS: dict[str, str] = {
    "duplicate": "дубль",
    "answers": "ответы",
    "active": "действует ли",
    "aliases": "другие названия",
    "assignee": "исполнитель",
    "attachments": "файлы",
    "author": "автор",
    "channel": "канал",
    "classifier": "тема",
    "closed_at": "дата закрытия",
    "deadline_at": "срок",
    "deadline_profile": "порядок срока",
    "deadlines": "сроки этапов",
    "extension": "продление",
    "forwarded": "перенаправление",
    "from": "начало периода",
    "importance": "важность",
    "kind": "вид",
    "links": "связи",
    "municipality": "муниципалитет",
    "name": "название",
    "notes": "заметки",
    "number": "номер",
    "original": "исходные ячейки",
    "outcome": "исход",
    "parent": "вышестоящее ведомство",
    "place": "место",
    "promised_at": "обещанный день",
    "questions": "вопросы",
    "rating": "оценка",
    "received_at": "дата поступления",
    "registered_at": "дата регистрации",
    "requests": "запросы",
    "result": "итог",
    "roles": "роли",
    "sector": "отраслевой блок",
    "state": "состояние",
    "tags": "метки",
    "text": "текст",
    "title": "заголовок",
    "to": "конец периода",
    "what": "действие",
    "who": "человек",
    "workflow": "ход работы",
    "workflow.assignee": "исполнитель",
    "workflow.department": "ведомство",
    "workflow.executor": "исполнитель",
}
ASKED: dict[str, str] = {
    "q": "слова поиска",
    "group": "группа тем",
    "theme": "тема",
    "department": "ведомство",
    "street": "улица",
    "settlement": "населённый пункт",
    "district": "район",
    "source": "источник",
    "problem": "проблема",
    "month": "месяц",
    "import": "загрузка",
    "sort": "порядок",
    "mode": "точные слова",
    "size": "длина страницы",
    "asis": "как понят запрос",
    "after": "следующая страница",
}
"""Conditions of a search that an export was made of, where they are no field of a case."""


def field_words(names: list[str]) -> list[str]:
    """Parts of one thing are named once: «место», not its street and its house."""
    words = FIELDS | ASKED
    found = [words.get(name) or words.get(name.partition(".")[0], name) for name in names]
    return list(dict.fromkeys(found))


_HIDDEN = {
    "case.searched_by_name": "имя скрыто",
    "case.searched_by_phone": "телефон скрыт",
    "case.searched_by_author": "автор скрыт",
}
"""Searches for a citizen, and what stands in the journal instead."""


def details(line: dict[str, Any]) -> list[str]:
    """What else a line tells, in the order people ask."""
    told = []
    if code := line.get("code"):
        told.append(refusal_words(code))
    if route := line.get("route"):
        told.append(f"{line.get('method', '')} {route}".strip())
    if line.get("changed"):
        read = line["what"] == "audit.read"
        told.append(("условия: " if read else "") + ", ".join(field_words(line["changed"])))
    counts: dict[str, int] = line.get("counts", {})
    told += [f"{COUNTS.get(name, name)} {number(count)}" for name, count in counts.items()]
    if "count" in line:
        told.append(_count(line["what"], line["count"]))
    if line.get("name_hash"):
        told.append(f"{_HIDDEN.get(line['what'], 'имя скрыто')}: {line['name_hash'][:8]}")
    return told


def _count(what: str, count: int) -> str:
    if what == "request.refused_many":
        return counted(count, "отказ", "отказа", "отказов")
    if what == "audit.day_closed":
        return counted(count, "запись", "записи", "записей")
    if what in _HIDDEN:
        return f"найдено {number(count)}"
    return counted(count, "строка", "строки", "строк")


def object_words(line: dict[str, Any]) -> str:
    """«обращение 26-000123»; empty where the line is about nothing in particular, as a refusal is
    that names nothing but its address.
    """
    kind = OBJECTS.get(line.get("kind", ""), "")
    name = line.get("number") or line.get("object_id")
    if not name and line.get("route"):
        return ""
    return f"{kind} {name or ''}".strip()


def place_words(line: dict[str, Any]) -> str:
    """«10.0.0.7, Firefox, токен «Портал»»."""
    token = f"токен «{line['token']}»" if line.get("token") else None
    return ", ".join(filter(None, [line.get("address"), line.get("agent"), token]))
