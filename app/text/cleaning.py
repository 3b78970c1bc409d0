"""Texts as they come from exports, made readable by rule. The caller keeps the original.

What is done, in this order and repeated until nothing changes:

1. Entities with a semicolon are unescaped (`&amp;lt;` too); `&copy=2` in an address stays.
2. Comments, `<style>` and `<script>` go with their content; tags that end a line become a line
   break, cells of tables a space, other tags nothing. Only what is written exactly as a tag counts:
   Latin name, attributes with «=», a closing bracket. So «температура <18 градусов» and «a < b»
   stay. Because 1 comes first, a tag that somebody typed and a program escaped (`&lt;b&gt;`) is
   removed as well. That is meant: the exports escape their own markup once or twice, nobody can
   tell whose it was, and the original is kept. Nothing here makes a text safe for HTML: pages
   escape what they show.
3. VK mentions (`[id1|Имя]`, `[club1|Имя]`, `@id1 (Имя)`) leave the name only.
4. Control, zero-width and direction characters go (a joiner inside an emoji stays), any space
   becomes one space, more than two line breaks become two, the result is NFC.
5. Apostrophes at the start go: exports put one before every text, and one alone for no text.
"""

import html
import re
import unicodedata
from collections.abc import Callable

_ROUNDS = 8
"""Real exports need two or three; a text that still changes after that is nested on purpose."""

_MARKUP = re.compile(r"[&<\[@*]")
_NESTED_AMP = re.compile(r"&(?:amp;)+")
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
_TAG = re.compile(
    r"</?([A-Za-z][A-Za-z0-9:]{0,15})"
    r"(?:\s+[\w:.-]{1,40}=(?:\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>=]+))*\s*/?>"
)
_HIDDEN = (
    (re.compile(r"<!--"), re.compile(r"-->")),
    (re.compile(r"<style\b", re.IGNORECASE), re.compile(r"</style\s*>", re.IGNORECASE)),
    (re.compile(r"<script\b", re.IGNORECASE), re.compile(r"</script\s*>", re.IGNORECASE)),
)
_LINE_TAGS = frozenset(
    [
        "address",
        "article",
        "blockquote",
        "br",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hr",
        "li",
        "ol",
        "p",
        "pre",
        "section",
        "table",
        "tr",
        "ul",
    ]
)
_SPACE_TAGS = frozenset({"td", "th"})

_MENTION = re.compile(r"\[(?:id|club|public|event)[0-9]+(?::bp[0-9_-]*)?\|([^\[\]|\n]{0,200})\]")
_CALLED = re.compile(
    r"(?<![\w.@*])(?:[@*](?:id|club|public|event)[0-9]+|@[A-Za-z][A-Za-z0-9_.]{1,40})"
    r" ?\(([^()\n]{1,200})\)"
)

_LINE_END = re.compile("\r\n?|[\x0b\x0c\x85\u2028\u2029]")
_INVISIBLE = re.compile(
    "[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u061c\u180e\u200b\u200c\u200e\u200f\u202a-\u202e"
    "\u2060-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\U000e0000-\U000e007f]"
)
_EMOJI = "\u00a9\u00ae\u203c-\u3299\ufe0f\U0001f000-\U0001faff"
_LOOSE_JOINER = re.compile(f"(?<![{_EMOJI}])\u200d|\u200d(?![{_EMOJI}])")
_SPACES = re.compile(r"[^\S\n]{2,}|[^\S\n ]")
"""Runs of spaces and single odd ones: a plain single space, by far the commonest, is kept."""
_AROUND_BREAK = re.compile(r" ?\n ?")
_BREAKS = re.compile(r"\n{3,}")
_APOSTROPHES = "' \n"


def clean_text(raw: str) -> str:
    """A text of several lines. Cleaning what is clean changes nothing; nothing is raised."""
    return _until_stable(raw, _tidy)


def clean_cell(raw: str) -> str:
    """A short value: the same, on one line."""
    return _until_stable(raw, _one_line)


def _until_stable(raw: str, tidy: Callable[[str], str]) -> str:
    text = tidy(raw)
    for _ in range(_ROUNDS):
        if not _MARKUP.search(text):
            return text
        changed = tidy(_without_markup(text))
        if changed == text:
            return text
        text = changed
    return tidy(_MARKUP.sub(" ", text))


def _without_markup(text: str) -> str:
    if "&" in text:
        text = _ENTITY.sub(lambda match: html.unescape(match[0]), _NESTED_AMP.sub("&", text))
    if "<" in text:
        text = _TAG.sub(_tag, _without_hidden(text))
    if "[" in text:
        text = _MENTION.sub(r"\1", text)
    if "@" in text or "*" in text:
        text = _CALLED.sub(r"\1", text)
    return text


def _tag(match: re.Match[str]) -> str:
    name = match[1].lower()
    if name in _LINE_TAGS:
        return "\n"
    return " " if name in _SPACE_TAGS else ""


def _without_hidden(text: str) -> str:
    for opening, closing in _HIDDEN:
        kept, position = [], 0
        while (start := opening.search(text, position)) and (
            end := closing.search(text, start.end())
        ):
            kept.append(text[position : start.start()])
            position = end.end()
        text = "".join(kept) + text[position:]
    return text


def _tidy(text: str) -> str:
    text = _INVISIBLE.sub("", _LINE_END.sub("\n", text))
    if "\u200d" in text:
        text = _LOOSE_JOINER.sub("", text)
    text = _SPACES.sub(" ", unicodedata.normalize("NFC", text))
    if "\n" in text:
        text = _BREAKS.sub("\n\n", _AROUND_BREAK.sub("\n", text))
    return text.lstrip(_APOSTROPHES).rstrip()


def _one_line(text: str) -> str:
    return _tidy(text).replace("\n\n", " ").replace("\n", " ")
