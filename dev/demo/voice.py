# ruff: noqa: PLR2004 - odds are this module's data, each read where it is used
"""How a text is typed: neatly, in haste, shouting, with a smile; ё or е, one comma or none."""

from random import Random

from dev.demo.fragments import data
from dev.demo.picking import Weighted, chance, pick

NEAT, CASUAL, HASTY, SHOUTING, SMILING = range(5)
_SOCIAL = Weighted((NEAT, CASUAL, HASTY, SHOUTING, SMILING), (26, 58, 80, 88, 100))
_PORTAL = Weighted((NEAT, CASUAL, HASTY, SHOUTING, SMILING), (56, 76, 92, 98, 100))

_SLIPS = (
    ("Здравствуйте", "Здраствуйте"),
    ("здравствуйте", "здраствуйте"),
    ("пожалуйста", "пожалуста"),
    ("невозможно", "не возможно"),
    ("не работает", "неработает"),
    ("не убирают", "неубирают"),
    ("не чистят", "нечистят"),
    ("сделайте", "зделайте"),
    ("чтобы", "что бы"),
    ("тоже", "то-же"),
    ("вообще", "вобще"),
    ("наконец", "на конец"),
    ("обращались", "обращалис"),
    ("извините", "извените"),
    ("отопление", "отопленее"),
    ("ремонтировали", "ремантировали"),
    ("подъезд", "подьезд"),
    ("объявлен", "обьявлен"),
    ("ничего", "ничево"),
    ("до сих пор", "досих пор"),
)
_SHORTER = (
    ("горячей воды", "ГВС"),
    ("горячую воду", "ГВС"),
    ("управляющая компания", "УК"),
    ("Управляющая компания", "УК"),
    ("управляющей компании", "УК"),
    ("управляющую компанию", "УК"),
    ("детской площадке", "дет. площадке"),
    ("рублей", "руб"),
    ("пожалуйста", "пжлста"),
    ("спасибо", "спс"),
    ("Спасибо", "Спс"),
    ("сегодня", "седня"),
    ("капитального ремонта", "капремонта"),
    ("остановке", "ост."),
)
_NEIGHBOURS = {
    **dict(zip("йцукенгшщзх", "цувенгшщзхъ", strict=True)),
    **dict(zip("фывапролдж", "ывапролджэ", strict=True)),
    **dict(zip("ячсмитьбю", "чсмитьбюю", strict=True)),
}
_LATIN_E = str.maketrans({"ё": "е", "Ё": "Е"})
_ENDS = frozenset(".!?…:;)")
_LONG_WORD = 6


def pick_style(rng: Random, *, social: bool) -> int:
    return (_SOCIAL if social else _PORTAL).pick(rng)


def type_out(rng: Random, sentences: list[str], style: int, gap: str = " ") -> str:
    """One text from its sentences; `gap` stands between them (a space, a line feed, `<br>`)."""
    loose = style in (CASUAL, HASTY)
    lower = loose and chance(rng, 0.55)
    out: list[str] = []
    last = len(sentences) - 1
    for index, raw in enumerate(sentences):
        sentence = tidy(raw)
        text = sentence if lower else sentence[0].upper() + sentence[1:]
        if (lower and index == 0) or (out and out[-1][-1] in ",:"):
            text = _lowered(text)
        if text[-1] not in _ENDS:
            text += _stop(rng, style, is_last=index == last)
        out.append(text)
    return _dress(rng, gap.join(out), style)


def tidy(text: str) -> str:
    """Empty variants leave double spaces and a space before the comma."""
    return text.replace("  ", " ").replace(" ,", ",").replace(" ?", "?").replace(" .", ".").strip()


def _lowered(text: str) -> str:
    """Abbreviations keep their capitals: «УК» does not become «уК»."""
    return text if text[:2].isupper() else text[0].lower() + text[1:]


def _stop(rng: Random, style: int, *, is_last: bool) -> str:
    roll = rng.random()
    if style == SHOUTING:
        return pick(rng, ("!", "!!!", "!!", "!!!!", "?!"))
    if style in (CASUAL, HASTY):
        if is_last:
            return "" if roll < 0.7 else pick(rng, ("..", "...", "!", "."))
        return "," if roll < 0.25 else ("" if roll < 0.3 else ("..." if roll < 0.4 else "."))
    return "!" if roll < 0.12 else "."


def _dress(rng: Random, text: str, style: int) -> str:
    if not chance(rng, 0.26):
        text = text.translate(_LATIN_E)
    if style != NEAT and chance(rng, 0.3):
        text = _replace_one(rng, text, _SHORTER)
    if style == HASTY:
        text = _hurry(rng, text)
    elif style == SHOUTING:
        text = _shout(rng, text)
    elif style == SMILING:
        text = _smile(rng, text)
    if chance(rng, 0.5):
        text = text.replace("«", '"').replace("»", '"')
    if style != NEAT and " — " in text:
        text = text.replace(" — ", " - ")
    return text


def _replace_one(rng: Random, text: str, pairs: tuple[tuple[str, str], ...]) -> str:
    fitting = [pair for pair in pairs if pair[0] in text]
    if not fitting:
        return text
    old, new = pick(rng, fitting)
    return text.replace(old, new, 1)


def _hurry(rng: Random, text: str) -> str:
    text = _replace_one(rng, text, _SLIPS)
    if chance(rng, 0.35):
        text = text.replace(", ", ",")
    elif chance(rng, 0.3):
        text = text.replace(", ", " ")
    words = text.split(" ")
    for _ in range(1 + int(rng.random() * 3)):
        at = int(rng.random() * len(words))
        if len(words[at]) >= _LONG_WORD and words[at].isalpha() and words[at].islower():
            words[at] = misspell(rng, words[at])
    return " ".join(words)


def misspell(rng: Random, word: str) -> str:
    """One slip of the finger inside the word: swapped, lost, doubled or neighbouring letter."""
    at = 1 + int(rng.random() * (len(word) - 2))
    kind = int(rng.random() * 4)
    if kind == 0:
        return word[:at] + word[at + 1] + word[at] + word[at + 2 :]
    if kind == 1:
        return word[:at] + word[at + 1 :]
    if kind == 2:
        return word[:at] + word[at] + word[at:]
    return word[:at] + _NEIGHBOURS.get(word[at], word[at]) + word[at + 1 :]


def _shout(rng: Random, text: str) -> str:
    roll = rng.random()
    if roll < 0.35:
        return text.upper()
    words = text.split(" ")
    for _ in range(1 + int(roll * 3)):
        at = int(rng.random() * len(words))
        words[at] = words[at].upper()
    return " ".join(words)


def _smile(rng: Random, text: str) -> str:
    common = data("common.toml")
    signs = common["emoji_bad"] if chance(rng, 0.65) else common["emoji_soft"]
    sign = pick(rng, signs.split(" "))
    count = 1 + int(rng.random() * 3)
    if chance(rng, 0.2):
        return f"{sign} {text} {sign}"
    return f"{text}{'' if chance(rng, 0.5) else ' '}{sign * count}"
