"""A task in the background ends whatever it makes of being cancelled."""

import asyncio

import pytest

from app.tasks import end


async def test_one_that_takes_the_first_cancellation_for_something_else() -> None:
    taken = 0

    async def stubborn() -> None:
        nonlocal taken
        while True:
            try:
                await asyncio.sleep(60)
            except asyncio.CancelledError:
                if taken:
                    raise
                taken += 1

    task = asyncio.create_task(stubborn())
    await asyncio.sleep(0)
    await end(task)
    assert task.cancelled()
    assert taken == 1


async def test_what_it_failed_by_is_not_lost() -> None:
    async def fails() -> None:
        raise ValueError("gone")

    task = asyncio.create_task(fails())
    await asyncio.sleep(0)
    with pytest.raises(ValueError, match="gone"):
        await end(task)
