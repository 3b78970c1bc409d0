"""Lists of choices that forms of the actions offer."""

from app.cases.codes import IMPORTANCE_NAMES, LINK_NAMES

IMPORTANCE = tuple((code.value, name) for code, name in IMPORTANCE_NAMES.items())
LINKS = tuple((code.value, name) for code, name in LINK_NAMES.items())

RESULTS = tuple(
    (word, word)
    for word in (
        "решено",
        "разъяснено",
        "поддержано",
        "не поддержано",
        "меры приняты",
        "отложено",
        "не решено",
    )
)
"""Words of real reports; any other may be written."""

WITHOUT_ANSWER = tuple(
    (word, word)
    for word in (
        "повтор",
        "спам",
        "ответ не требуется",
        "нет имени или адреса (59-ФЗ, ст. 11)",
        "текст не прочитать (59-ФЗ, ст. 11)",
        "переписка прекращена (59-ФЗ, ст. 11)",
    )
)

PROFILES = (
    ("59fz-consideration", "59-ФЗ: 30 дней"),
    ("59fz-forwarding", "59-ФЗ: перенаправление, 7 дней"),
    ("pos-standard", "ПОС: 30 дней"),
    ("pos-fast", "ПОС ускоренный: 10 дней"),
    ("pos-fast8", "ПОС ускоренный: 8 дней"),
    ("im-2h", "«Инцидент»: 2 рабочих часа"),
    ("im-4h", "«Инцидент»: 4 рабочих часа"),
    ("im-8h", "«Инцидент»: 8 рабочих часов"),
    ("im-9h", "«Инцидент»: 9 рабочих часов"),
)
"""Codes of the deadline profiles; how each is counted stands with the deadlines."""

APPEAL_CODE = r"\d{4}(\.\d{4}){3,4}"
"""59-ФЗ classifier: раздел.тематика.тема.вопрос[.подвопрос]."""
