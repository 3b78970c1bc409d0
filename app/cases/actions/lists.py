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

APPEAL_CODE = r"\d{4}(\.\d{4}){3,4}"
"""59-ФЗ classifier: раздел.тематика.тема.вопрос[.подвопрос]."""
