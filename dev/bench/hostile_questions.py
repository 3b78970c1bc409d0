"""Questions nobody should ask, the same for the same seed."""

from collections.abc import Callable
from random import Random

_ALPHABET = "абвгдеёжзийклмнопрстуфхцчшщъыьэюя"
_SIGNS = ":;/\\\"'«»“”„()[]{}<>*?~^+-!&|=%$#@.,№_`"
_STOP_WORDS = ("и", "в", "на", "с", "по", "к", "у", "о", "за", "из", "the", "of")
_WORDS = (
    *("вода", "горячей", "воды", "нет", "ГВС", "яма", "дороге", "Ленина", "35", "мусор", "ТКО"),
    *("подъезд", "отопление", "управляющая", "компания", "26-000003", "без", "света"),
)
_LOOK_ALIKES = str.maketrans("аеорсхуАВЕКМНОРСТХ", "aeopcxyABEKMHOPCTX")
_EMOJI = ("🔥", "👨\u200d👩\u200d👧", "🇷🇺", "❤️", "😀😀😀", "1️⃣")
_CONTROL = ("\x00", "\x01", "\x07", "\x1b[31m", "\x7f", "\u0085", "\u2028", "\ue000", "\ue001")
_DIRECTIONS = ("\u202e", "\u202d", "\u2066", "\u200f", "שלום", "مرحبا", "\u061c")
_SURROGATES = ("\ud800", "\udfff", "\udc80", "\ud83d", "\ufffe", "\uffff")
_SYNTAX = (
    *("AND", "OR", "NOT", "вода AND", "OR OR", "-", "--", "-вода", '"', '""', '"вода', "вода -"),
    *("_exists_:text", "text.stem:вода", "*:*", "/.*/", "[* TO *]", "вода~2", "вода^1e99", "(((("),
    *("(a+)+$", "^(?:a|a)*$", ".{1,99999}", "[[:alpha:]]{9}", "\\u0000", "(?i)вода", "вод?", "во*"),
    *('{"query":{"match_all":{}}}', '{"script":"1"}', "[[[[", "]]}}", "null", "NaN", "undefined"),
    *("' OR 1=1 --", "1; DROP TABLE cases", "') UNION SELECT 1", "../../etc/passwd", "%2e%2e%2f"),
    *("C:\\Windows\\System32", "file:///etc/passwd", "<script>alert(1)</script>", "{{7*7}}"),
    *("${jndi:ldap://x}", "%00", "%s%n", "\\", "\\\\", "1e999", "-1", "9" * 400, "0x7f", "İ", "ß"),
)
LONGEST = 10_000


def hostile_questions(total: int, seed: int) -> list[str]:
    """`total` questions: each kind in turn, sometimes two kinds in one."""
    chance = Random(seed)  # noqa: S311 - tests, not secrets
    asked = []
    for place in range(total):
        text = _KINDS[place % len(_KINDS)](chance)
        if chance.random() < _MIXED:
            text += chance.choice((" ", "", "\t", "\n")) + chance.choice(_KINDS)(chance)
        asked.append(text)
    return asked


_MIXED = 0.25
_LONG_SHARE = 0.1


def _said(chance: Random) -> str:
    return " ".join(chance.choices(_WORDS, k=chance.randint(1, 9)))


def _signs(chance: Random) -> str:
    return "".join(chance.choices(_SIGNS, k=chance.randint(1, 30)))


def _signs_among_words(chance: Random) -> str:
    return "".join(word + chance.choice(_SIGNS) for word in _said(chance).split())


def _pasted(chance: Random) -> str:
    return chance.choice(('"{}', "{}:", "{},", "«{}»", "({}", "{}?!", "№ {}", "{} —")).format(
        _said(chance)
    )


def _look_alikes(chance: Random) -> str:
    return _said(chance).translate(_LOOK_ALIKES)


def _strange(chance: Random) -> str:
    kind = chance.choice((_EMOJI, _CONTROL, _DIRECTIONS, _SURROGATES))
    return chance.choice(("", " ", "вода")).join(chance.choices(kind, k=chance.randint(1, 6)))


def _inside_a_word(chance: Random) -> str:
    word, sign = chance.choice(_WORDS), chance.choice((*_CONTROL, *_DIRECTIONS, *_SURROGATES))
    at = chance.randint(0, len(word))
    return word[:at] + sign + word[at:]


def _syntax(chance: Random) -> str:
    return " ".join(chance.choices(_SYNTAX, k=chance.randint(1, 3)))


def _small(chance: Random) -> str:
    return chance.choice(
        (chance.choice(_ALPHABET), " ".join(chance.choices(_STOP_WORDS, k=3)), " ", "\u00a0", "-")
    )


def _any_characters(chance: Random) -> str:
    codes = (chance.randrange(0x11_0000) for _ in range(chance.randint(1, 40)))
    return "".join(map(chr, codes))


def _huge(chance: Random) -> str:
    """Mostly some hundred characters, one in ten all of 10,000: these take most of the time."""
    length = LONGEST if chance.random() < _LONG_SHARE else chance.randint(60, 300)
    piece = chance.choice((_said(chance) + " ", "а", _signs(chance), '"', "вода-", "ё1"))
    return (piece * (length // len(piece) + 1))[:length]


_KINDS: tuple[Callable[[Random], str], ...] = (
    *(_said, _signs, _signs_among_words, _pasted, _look_alikes, _strange),
    *(_inside_a_word, _syntax, _small, _any_characters, _huge),
)
