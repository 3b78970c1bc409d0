"""A rebuild in words, the same on the page and in the terminal."""

from app.system.models import Rebuild, RebuildPhase

PHASE_NAMES = {
    RebuildPhase.PREPARING: "создаётся новый индекс",
    RebuildPhase.COPYING: "копируются документы",
    RebuildPhase.FOLLOWING: "догоняется записанное за это время",
    RebuildPhase.COMPARING: "индексы сверяются",
    RebuildPhase.SWITCHING: "переключение",
    RebuildPhase.DONE: "закончена",
}


def phase_words(rebuild: Rebuild) -> str:
    """«копируются документы: 1000 из 20000»."""
    words = PHASE_NAMES[rebuild.phase]
    if rebuild.phase is RebuildPhase.COPYING:
        return f"{words}: {rebuild.copied} из {rebuild.total}"
    return words
