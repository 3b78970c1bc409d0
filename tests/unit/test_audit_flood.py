"""A flood of refusals: so many lines in full, the rest as numbers."""

from app.audit.models import AuditEvent, Outcome, happened
from app.audit.refusals import ALL, EACH, MINUTE, MOST_ADDRESSES, Refusals


class Kept:
    """Stands in for the journal: what would be written."""

    def __init__(self) -> None:
        self.lines: list[AuditEvent] = []

    async def note(self, event: AuditEvent) -> bool:
        self.lines.append(event)
        return True


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def refused(address: str) -> AuditEvent:
    return happened("request.refused", outcome=Outcome.REFUSED, address=address)


async def test_one_address_fills_nothing() -> None:
    kept, clock = Kept(), Clock()
    refusals = Refusals(kept, clock)  # type: ignore[arg-type]
    for _ in range(10_000):
        await refusals.note(refused("10.0.0.1"))
    await refusals.note(refused("10.0.0.2"))
    assert len(kept.lines) == EACH + 1
    clock.now += MINUTE
    await refusals.sum_up()
    many = kept.lines[-1]
    assert (many.what, many.count, many.address) == (
        "request.refused_many",
        10_000 - EACH,
        "10.0.0.1",
    )
    await refusals.note(refused("10.0.0.1"))
    assert kept.lines[-1].what == "request.refused"


async def test_a_million_addresses_fill_nothing_either() -> None:
    kept, clock = Kept(), Clock()
    refusals = Refusals(kept, clock)  # type: ignore[arg-type]
    asked = MOST_ADDRESSES * 2
    for number in range(asked):
        await refusals.note(refused(f"10.{number >> 16}.{number >> 8 & 255}.{number & 255}"))
    assert len(kept.lines) == ALL
    assert len(refusals._window.seen) <= MOST_ADDRESSES + 1
    await refusals.sum_up(now=True)
    summed = [line for line in kept.lines if line.what == "request.refused_many"]
    assert len(summed) < 100
    assert ALL + sum(line.count or 0 for line in summed) == asked


async def test_the_addresses_of_one_network_count_as_one() -> None:
    kept = Kept()
    refusals = Refusals(kept, Clock())  # type: ignore[arg-type]
    for number in range(100):
        await refusals.note(refused(f"2001:db8::{number:x}"))
    assert len(kept.lines) == EACH


async def test_whoever_has_no_address_is_counted_without_one() -> None:
    kept = Kept()
    refusals = Refusals(kept, Clock())  # type: ignore[arg-type]
    for _ in range(EACH + 5):
        await refusals.note(happened("request.refused", outcome=Outcome.REFUSED))
    await refusals.sum_up(now=True)
    assert (kept.lines[-1].count, kept.lines[-1].address) == (5, None)
