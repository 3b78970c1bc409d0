"""What a person may be allowed to do: named things, checked by name wherever they are done.

Which role holds which of them stands in `app.accounts.roles`.
"""

from enum import StrEnum


class Permission(StrEnum):
    CASE_VIEW = "case.view"
    CASE_REVEAL_AUTHOR = "case.reveal_author"
    CASE_REGISTER = "case.register"
    CASE_MODERATE = "case.moderate"
    CASE_CLASSIFY = "case.classify"
    CASE_ASSIGN = "case.assign"
    CASE_TAKE = "case.take"
    CASE_RETURN = "case.return"
    CASE_FORWARD = "case.forward"
    CASE_ASK = "case.ask"
    CASE_REPLY = "case.reply"
    CASE_ANSWER = "case.answer"
    CASE_APPROVE = "case.approve"
    CASE_CLOSE = "case.close"
    CASE_REOPEN = "case.reopen"
    CASE_EXTEND = "case.extend"
    CASE_SPLIT = "case.split"
    CASE_LINK = "case.link"
    CASE_NOTE = "case.note"
    CASE_ATTACH = "case.attach"
    CASE_BULK = "case.bulk"
    PROBLEM_VIEW = "problem.view"
    PROBLEM_MANAGE = "problem.manage"
    SEARCH_EXPORT = "search.export"
    IMPORT_LOAD = "import.load"
    SUMMARY_VIEW = "summary.view"
    TODAY_VIEW = "today.view"
    BOOKS_EDIT = "books.edit"
    PEOPLE_MANAGE = "people.manage"
    TOKENS_MANAGE = "tokens.manage"
    AUDIT_VIEW = "audit.view"
    SYSTEM_VIEW = "system.view"


PERMISSION_NAMES: dict[Permission, str] = {
    Permission.CASE_VIEW: "видеть обращения",
    Permission.CASE_REVEAL_AUTHOR: "открыть данные автора, назвав причину",
    Permission.CASE_REGISTER: "вносить обращения и регистрировать их",
    Permission.CASE_MODERATE: "модерировать: принять или отклонить",
    Permission.CASE_CLASSIFY: "менять тему, место и важность",
    Permission.CASE_ASSIGN: "назначать ведомство и исполнителя",
    Permission.CASE_TAKE: "брать в работу",
    Permission.CASE_RETURN: "возвращать «не наше»",
    Permission.CASE_FORWARD: "перенаправлять в другой орган",
    Permission.CASE_ASK: "запрашивать другое ведомство",
    Permission.CASE_REPLY: "отвечать на запрос к своему ведомству",
    Permission.CASE_ANSWER: "готовить ответ и промежуточный ответ",
    Permission.CASE_APPROVE: "согласовывать ответ",
    Permission.CASE_CLOSE: "закрывать",
    Permission.CASE_REOPEN: "возвращать закрытое в работу",
    Permission.CASE_EXTEND: "продлевать срок",
    Permission.CASE_SPLIT: "делить на вопросы",
    Permission.CASE_LINK: "связывать обращения",
    Permission.CASE_NOTE: "оставлять заметки",
    Permission.CASE_ATTACH: "прикладывать файлы",
    Permission.CASE_BULK: "менять сразу несколько обращений",
    Permission.PROBLEM_VIEW: "видеть проблемы",
    Permission.PROBLEM_MANAGE: "вести проблемы, причины и дорожные карты",
    Permission.SEARCH_EXPORT: "выгружать найденное",
    Permission.IMPORT_LOAD: "загружать таблицы",
    Permission.SUMMARY_VIEW: "видеть сводки",
    Permission.TODAY_VIEW: "видеть «Сегодня»: что горит и кто чем занят",
    Permission.BOOKS_EDIT: "править справочники",
    Permission.PEOPLE_MANAGE: "заводить людей и менять их права",
    Permission.TOKENS_MANAGE: "выдавать и отзывать токены",
    Permission.AUDIT_VIEW: "читать журнал",
    Permission.SYSTEM_VIEW: "видеть состояние системы",
}

WORK_IN_HAND = frozenset(
    {
        Permission.CASE_VIEW,
        Permission.CASE_TAKE,
        Permission.CASE_RETURN,
        Permission.CASE_ASK,
        Permission.CASE_REPLY,
        Permission.CASE_ANSWER,
        Permission.CASE_LINK,
        Permission.CASE_NOTE,
        Permission.CASE_ATTACH,
    }
)
"""What whoever was given a case does with it; neither assigning nor approving nor closing."""
