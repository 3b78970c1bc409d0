"""XQuAD as a search task: which sentence answers the question (SQuAD's JSON)."""

import json
import re
from pathlib import Path

from msgspec import Struct

_SENTENCE_END = re.compile(r'(?<=[.!?])["»)]*\s+(?=[«"(A-ZА-ЯЁ0-9])')


class Task(Struct, frozen=True):
    sentences: list[str]
    questions: list[tuple[str, int]]
    """Each with the number of the sentence in which its answer begins."""


def read_task(path: Path) -> Task:
    sentences: list[str] = []
    questions: list[tuple[str, int]] = []
    for article in json.loads(path.read_text(encoding="utf-8"))["data"]:
        for paragraph in article["paragraphs"]:
            context = paragraph["context"]
            starts = [0, *(end.end() for end in _SENTENCE_END.finditer(context))]
            first = len(sentences)
            spans = zip(starts, [*starts[1:], None], strict=True)
            sentences += [context[start:end].strip() for start, end in spans]
            for asked in paragraph["qas"]:
                begins = asked["answers"][0]["answer_start"]
                own = max(place for place, start in enumerate(starts) if start <= begins)
                questions.append((asked["question"], first + own))
    return Task(sentences, questions)
