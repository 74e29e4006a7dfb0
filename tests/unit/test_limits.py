"""Rate limits: one bucket for a key, however many processes look at it."""

import multiprocessing
import time
from pathlib import Path

from http_api.limits import RateLimits, TokenBucket


def test_a_bucket_gives_what_was_saved_up_and_then_says_how_long_to_wait(tmp_path: Path) -> None:
    bucket = TokenBucket(tmp_path / "key", per_minute=60)  # holds ten
    assert [bucket.take() for _ in range(10)] == [0.0] * 10
    wait = bucket.take()
    assert 0.5 < wait <= 1.0


def test_a_slow_rate_still_allows_one_request(tmp_path: Path) -> None:
    bucket = TokenBucket(tmp_path / "key", per_minute=1)
    assert bucket.take() == 0.0
    assert 55 < bucket.take() <= 60


def test_a_bucket_refills_at_its_rate(tmp_path: Path) -> None:
    bucket = TokenBucket(tmp_path / "key", per_minute=600)
    while not bucket.take():
        pass
    time.sleep(0.25)
    assert bucket.take() == 0.0


def _take_many(path: Path, times: int, taken: "multiprocessing.Queue[int]") -> None:
    bucket = TokenBucket(path, per_minute=600)  # holds a hundred
    taken.put(sum(bucket.take() == 0.0 for _ in range(times)))


def test_processes_share_one_bucket(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    taken: multiprocessing.Queue[int] = context.Queue()
    started = time.monotonic()
    workers = [context.Process(target=_take_many, args=(tmp_path / "key", 200, taken)) for _ in range(4)]
    for worker in workers:
        worker.start()
    total = sum(taken.get(timeout=20) for _ in workers)
    for worker in workers:
        worker.join()
    refilled = (time.monotonic() - started) * 10
    assert 100 <= total <= 101 + refilled


def test_a_changed_limit_takes_effect(tmp_path: Path) -> None:
    limits = RateLimits(tmp_path)
    assert limits.take("key", 1) == 0.0
    assert limits.take("key", 1) > 30
    assert limits.take("key", 60_000) < 0.01
