"""Whether a message keeps its problem on the real engine: a week more, and all of it once more."""

import os
from collections.abc import Mapping, Sequence
from datetime import timedelta

import msgspec
from msgspec import Struct

from app.problems.scoring import Arrival
from app.settings import Settings
from dev.bench.imports import installation
from dev.bench.problem_cases import load, memberships, placed
from dev.bench.problem_stream import Told
from indexers.problems.assign import BATCH, assign

_HOUR = 3_600.0
_OTHER_BATCH = 173
"""Of the replay: where the stream is cut must not matter."""


class Kept(Struct, frozen=True):
    """Messages that had a problem and were found in another, or in none."""

    of_week: int
    """After a week more of messages."""
    of_replay: int
    """In another installation, all at once and in other batches."""
    messages: int
    in_problems: int


async def kept(settings: Settings, messages: Sequence[Told], arrivals: Sequence[Arrival]) -> Kept:
    """`arrivals` give the vectors; both in the order the messages came."""
    week = messages[-1].at - timedelta(days=7)
    cut = next(place for place, one in enumerate(messages) if one.at > week)
    made = {
        one.id: _document(place, one, arrival)
        for place, (one, arrival) in enumerate(zip(messages, arrivals, strict=True))
    }
    first, later = await _assigned(settings, messages, made, (cut, len(messages)), BATCH)
    (again,) = await _assigned(settings, messages, made, (len(messages),), _OTHER_BATCH)
    return Kept(
        _moved(first, later), _moved(later, again), len(later), sum(map(bool, later.values()))
    )


async def _assigned(
    settings: Settings,
    messages: Sequence[Told],
    made: Mapping[str, bytes],
    ends: Sequence[int],
    batch: int,
) -> list[dict[str, str | None]]:
    """What has become of the messages at each of `ends`."""
    own = {"index_prefix": f"replay{os.getpid()}-{batch}-", "encoder_dir": ""}
    found, begin = [], 0
    async with installation(settings.model_copy(update=own)) as engine:
        for end in ends:
            await load(engine, messages[begin:end], lambda _, one: made[one.id])
            await assign(engine, _HOUR, batch)
            found.append(await memberships(engine))
            begin = end
            if len(found[-1]) != end:
                raise RuntimeError(f"{end - len(found[-1])} of {end} were not looked at")
    return found


def _moved(before: Mapping[str, str | None], after: Mapping[str, str | None]) -> int:
    return sum(bool(problem) and after[name] != problem for name, problem in before.items())


def _document(place: int, one: Told, arrival: Arrival) -> bytes:
    found = placed(place, one)
    if arrival.vector is not None:
        found |= {"emb": arrival.vector.tolist(), "emb_ver": arrival.emb_ver}
    return msgspec.json.encode(found)
