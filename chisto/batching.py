"""Micro-batching on the caller's side: what is asked for while a call is under way goes into the next one.

A hop between processes costs far more than scoring one comment, so it has to carry many (docs/architecture.md).
"""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")
Result = TypeVar("Result")


class Overloaded(Exception):
    """More items are waiting than ``max_pending``."""


@dataclass(slots=True)
class _Chunk(Generic[Item, Result]):
    items: Sequence[Item]
    done: "asyncio.Future[Sequence[Result]]"


class Batcher(Generic[Item, Result]):
    """Merge concurrent ``submit`` calls into calls of ``call(items) -> results``.

    ``call`` gets at most ``max_batch`` items; at most ``max_in_flight`` calls run at once. A long list is cut into
    chunks of ``chunk`` items of which ``parallel`` wait at a time, so that it cannot hold up short ones.
    """

    def __init__(
        self,
        call: Callable[[list[Item]], Awaitable[Sequence[Result]]],
        *,
        max_batch: int = 256,
        max_in_flight: int = 2,
        max_pending: int = 20_000,
        chunk: int = 64,
        parallel: int = 8,
    ) -> None:
        self._call = call
        self._max_batch = max_batch
        self._max_in_flight = max_in_flight
        self._max_pending = max_pending
        self._chunk = min(chunk, max_batch)
        self._parallel = parallel
        self._queue: deque[_Chunk[Item, Result]] = deque()
        self._pending = 0
        self._running: set[asyncio.Task[None]] = set()

    async def submit(self, items: Sequence[Item]) -> list[Result]:
        """Return one result for each item, in order; whatever ``call`` raises is raised here."""
        if self._pending + len(items) > self._max_pending:
            raise Overloaded
        self._pending += len(items)
        try:
            if len(items) <= self._chunk:
                return list(await self._enqueue(items))
            gate = asyncio.Semaphore(self._parallel)

            async def one(start: int) -> Sequence[Result]:
                async with gate:
                    return await self._enqueue(items[start : start + self._chunk])

            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(one(start)) for start in range(0, len(items), self._chunk)]
            return [result for task in tasks for result in task.result()]
        except ExceptionGroup as group_error:
            raise group_error.exceptions[0] from None
        finally:
            self._pending -= len(items)

    def _enqueue(self, items: Sequence[Item]) -> "asyncio.Future[Sequence[Result]]":
        done: asyncio.Future[Sequence[Result]] = asyncio.get_running_loop().create_future()
        self._queue.append(_Chunk(items, done))
        if len(self._running) < self._max_in_flight:
            self._start()
        return done

    def _start(self) -> None:
        # The task begins on the next turn of the loop: what else arrives in this turn joins the batch.
        task = asyncio.create_task(self._run())
        self._running.add(task)
        task.add_done_callback(self._finished)

    def _finished(self, task: "asyncio.Task[None]") -> None:
        self._running.discard(task)
        if self._queue and len(self._running) < self._max_in_flight:
            self._start()

    def _take(self) -> list[_Chunk[Item, Result]]:
        taken: list[_Chunk[Item, Result]] = []
        room = self._max_batch
        while self._queue and len(self._queue[0].items) <= room:
            chunk = self._queue.popleft()
            if chunk.done.done():  # the caller went away
                continue
            taken.append(chunk)
            room -= len(chunk.items)
        return taken

    async def _run(self) -> None:
        while chunks := self._take():
            try:
                results = await self._call([item for chunk in chunks for item in chunk.items])
                if len(results) != sum(len(chunk.items) for chunk in chunks):
                    raise RuntimeError("the runner answered with another number of results than items")
            except BaseException as error:
                for chunk in chunks:
                    if not chunk.done.done():
                        chunk.done.set_exception(
                            error if isinstance(error, Exception) else RuntimeError("the server is stopping")
                        )
                if not isinstance(error, Exception):
                    raise
                continue
            start = 0
            for chunk in chunks:
                stop = start + len(chunk.items)
                if not chunk.done.done():
                    chunk.done.set_result(results[start:stop])
                start = stop
