"""«Отписка»: one text for different questions, or an answer about something else. Pure rules."""

import re
from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from msgspec import Struct

from app.cases.codes import AnswerKind, AnswerState
from app.cases.models import Answer, Case
from app.text.lemmas import lemmatise
from app.text.normalise import norm_hash, plain
from app.text.words import fold

LEAST_OTHERS = 2
"""Further cases with the same text about something else: with this one, three."""
LEAST_TELLING = 5
"""Telling words a message must have: of a shorter one an answer may well repeat none."""
SHOWN_WORDS = 6
_SAME_THEME, _OTHER_THEME = 0.08, 0.3
"""Share of common telling words below which two messages ask different things: short messages of
one theme share few words, and two of different themes that share a third are one thing filed
twice."""
_PHONE = re.compile(r"\+?\d[\d\s()-]{6,}\d")
_SHORT, _ROOT = 4, 5
_BOILERPLATE = """
здравствовать добрый день вечер утро уважаемый просить просьба прошу пожалуйста принять мера
разобраться помочь решить решение вопрос проблема ситуация обращение обращаться сообщение заявка
заявление жалоба ответ ответить сделать делать быть стать мочь нужный необходимый надо очень весь
этот наш ваш мой который такой самый человек житель люди жить год месяц неделя число время сегодня
завтра вчера давно постоянно уже администрация управление отдел служба город район посёлок село
улица дом двор квартира адрес спасибо благодарить уважение срок работа рабочий данный соответствие
куда сюда туда хороший писать хотеть обратить внимание знать говорить пока возле рядом около через
после перед один два три пять ещё сразу нету никто ничего получить выйти постоянно обычный видеть
также сообщать сообщить направить рассмотреть рассмотрение информация факт указанный должный
"""


class Asked(Struct, frozen=True):
    """What of another case tells whether it asked the same."""

    id: str
    theme: str | None
    words: frozenset[str]
    """As `telling_words`."""
    root: str | None = None
    """Of its group of duplicates."""
    problem: str | None = None


def final_answers(answers: Iterable[Answer]) -> list[Answer]:
    """Those that were sent and close the question, the last at the end."""
    return [
        one
        for one in answers
        if one.kind is AnswerKind.FINAL and one.state is AnswerState.SENT and one.text.strip()
    ]


def answer_hash(case: Case) -> str | None:
    """Of the last final answer: equal for equal texts, whatever the punctuation. None: no answer,
    or one without a word.
    """
    sent = final_answers(case.answers)
    return norm_hash(sent[-1].text) if sent and plain(sent[-1].text) else None


def asked_of(case: Case, source: dict[str, Any]) -> Asked:
    root = case.duplicate.root if case.duplicate else None
    return Asked(
        case.id,
        case.classifier.im_theme,
        telling_words(case),
        root or case.id,
        source.get("problem", {}).get("id"),
    )


def telling_words(case: Case) -> frozenset[str]:
    """Lemmas of the message without greetings, requests and words of every letter."""
    lemmas = lemmatise(f"{case.title or ''}\n{case.text}").split()
    return frozenset(one for one in lemmas if one.isalpha() and _is_telling(one))


def about_others(asked: Asked, others: Iterable[Asked]) -> list[Asked]:
    """Those that asked something else than this case."""
    return [one for one in others if one.id != asked.id and _differ(asked, one)]


def untouched(case: Case, asked: Asked) -> list[str]:
    """Telling words of the message where its final answers hold none of them, nor one of its theme;
    empty where some word is touched, an answer names a day, an address or an amount, or where there
    is too little to tell by.
    """
    sent = final_answers(case.answers)
    if not sent or len(asked.words) < LEAST_TELLING or any(_is_concrete(one.text) for one in sent):
        return []
    held = {_root(one) for answer in sent for one in lemmatise(answer.text).split()}
    wanted = {_root(one) for one in asked.words} | {_root(one) for one in _words_of(asked.theme)}
    if held & wanted:
        return []
    order = lemmatise(f"{case.title or ''}\n{case.text}").split()
    return list(dict.fromkeys(one for one in order if one in asked.words))[:SHOWN_WORDS]


def _is_concrete(answer: str) -> bool:
    """«Место осмотрено 12 октября, недостаток устранён» repeats no word and is no «отписка»."""
    return any(sign.isdigit() for sign in _PHONE.sub("", answer))


def _words_of(theme: str | None) -> Sequence[str]:
    return [one for one in lemmatise(theme or "").split() if _is_telling(one)]


def _differ(one: Asked, other: Asked) -> bool:
    if one.root == other.root or (one.problem and one.problem == other.problem):
        return False
    if not one.words or not other.words:
        return False
    common = len(one.words & other.words) / len(one.words | other.words)
    both = one.theme is not None and other.theme is not None
    return common < (_OTHER_THEME if both and one.theme != other.theme else _SAME_THEME)


def _is_telling(lemma: str) -> bool:
    return len(lemma) >= _SHORT and lemma not in _boilerplate()


def _root(lemma: str) -> str:
    """«Протекать» and «протечка» begin alike."""
    return lemma[:_ROOT] if len(lemma) > _ROOT else lemma[:_SHORT]


@cache
def _boilerplate() -> frozenset[str]:
    return frozenset(fold(_BOILERPLATE).split()) | frozenset(lemmatise(_BOILERPLATE).split())
