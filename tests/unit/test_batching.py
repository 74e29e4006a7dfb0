import asyncio

import pytest

from chisto.batching import Batcher, Overloaded


class Recorder:
    """A runner that remembers the batches it got and answers each item with its double."""

    def __init__(self, seconds: float = 0.01) -> None:
        self.batches: list[list[int]] = []
        self.at_once = self.most_at_once = 0
        self._seconds = seconds

    async def __call__(self, items: list[int]) -> list[int]:
        self.batches.append(items)
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(self._seconds)
        self.at_once -= 1
        return [item * 2 for item in items]


async def test_concurrent_callers_share_batches_and_each_gets_its_own_answers() -> None:
    runner = Recorder()
    batcher = Batcher(runner, max_batch=64, max_in_flight=2)
    answers = await asyncio.gather(*(batcher.submit([n, -n]) for n in range(500)))
    assert answers == [[n * 2, -n * 2] for n in range(500)]
    assert len(runner.batches) < 100, "500 calls went out one by one"
    assert max(map(len, runner.batches)) == 64
    assert runner.most_at_once == 2


async def test_a_long_list_keeps_its_order_and_does_not_hold_up_a_short_one() -> None:
    runner = Recorder(0.002)
    batcher = Batcher(runner, max_batch=64, chunk=16, max_in_flight=1, parallel=4)
    long = asyncio.create_task(batcher.submit(list(range(5_000))))
    await asyncio.sleep(0.01)
    assert await batcher.submit([7]) == [14]
    assert not long.done()
    assert await long == [n * 2 for n in range(5_000)]


async def test_an_error_reaches_those_in_the_batch_and_later_calls_go_on() -> None:
    async def fragile(items: list[int]) -> list[int]:
        await asyncio.sleep(0)
        if 13 in items:
            raise ValueError("13")
        return items

    batcher = Batcher(fragile, max_batch=8, chunk=4)
    with pytest.raises(ValueError, match="13"):
        await batcher.submit([13])
    with pytest.raises(ValueError, match="13"):
        await batcher.submit(list(range(100)))
    assert await batcher.submit([1, 2]) == [1, 2]


async def test_a_runner_that_loses_items_is_an_error_and_not_a_mix_up() -> None:
    async def lossy(items: list[int]) -> list[int]:
        return items[1:]

    with pytest.raises(RuntimeError, match="another number"):
        await Batcher(lossy).submit([1, 2])


async def test_more_than_may_wait_is_refused_at_once_and_room_comes_back() -> None:
    runner = Recorder()
    batcher = Batcher(runner, max_pending=10)
    first = asyncio.create_task(batcher.submit(list(range(10))))
    await asyncio.sleep(0)
    with pytest.raises(Overloaded):
        await batcher.submit([1])
    await first
    assert await batcher.submit([1]) == [2]


async def test_a_caller_that_went_away_does_not_disturb_the_others() -> None:
    runner = Recorder()
    batcher = Batcher(runner, max_in_flight=1)
    tasks = [asyncio.create_task(batcher.submit([n])) for n in range(10)]
    await asyncio.sleep(0.001)
    tasks[3].cancel()
    answers = await asyncio.gather(*tasks, return_exceptions=True)
    assert isinstance(answers[3], asyncio.CancelledError)
    assert [a for n, a in enumerate(answers) if n != 3] == [[n * 2] for n in range(10) if n != 3]
