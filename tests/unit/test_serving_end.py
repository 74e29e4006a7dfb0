"""The end of `chisto serve`."""

import asyncio
import threading
from types import SimpleNamespace

from circus.exc import ConflictError
from tornado.ioloop import IOLoop
from tornado.platform.asyncio import AsyncIOLoop

from cli import serve


def test_a_command_that_circus_refuses_while_busy_is_given_again() -> None:
    loop: IOLoop = AsyncIOLoop(make_current=False)
    thread = threading.Thread(target=loop.start)
    thread.start()
    refusals = [ConflictError("arbiter is already running manage_watchers command")] * 2

    def stop() -> "asyncio.Future[None]":
        if refusals:
            raise refusals.pop()
        future = asyncio.get_running_loop().create_future()
        future.set_result(None)
        return future

    try:
        assert serve._command(SimpleNamespace(loop=loop), stop).wait(5)
        assert not refusals
    finally:
        loop.add_callback(loop.stop)
        thread.join()
        loop.close()
