"""How often a key may call: a token bucket that all processes of the server share.

A bucket for each process would multiply the limit by the workers, or divide it when a client keeps one
connection. So the bucket is sixteen bytes of a file that every worker maps; a lock on it costs microseconds.
"""

import fcntl
import mmap
import struct
import time
from pathlib import Path

_BUCKET = struct.Struct("dd")  # tokens, time of the last look (CLOCK_MONOTONIC, shared by processes)
#: A key may use what it saved up over this many seconds at once.
BURST_S = 10.0


class TokenBucket:
    """Refills at ``per_minute``; holds ten seconds' worth, at least one."""

    def __init__(self, path: Path, per_minute: int) -> None:
        self.per_minute = per_minute
        self._rate = per_minute / 60.0
        self._capacity = max(1.0, self._rate * BURST_S)
        path.parent.mkdir(parents=True, exist_ok=True)
        self._file = path.open("a+b")
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            if path.stat().st_size < _BUCKET.size:
                self._file.write(_BUCKET.pack(self._capacity, time.monotonic()))
                self._file.flush()
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)
        self._memory = mmap.mmap(self._file.fileno(), _BUCKET.size)

    def take(self) -> float:
        """Take one token: 0 if there was one, else the seconds until there will be."""
        fcntl.flock(self._file, fcntl.LOCK_EX)
        try:
            tokens, then = _BUCKET.unpack_from(self._memory)
            now = time.monotonic()
            # A clock that runs backwards is the one of an earlier boot: begin anew.
            refilled = tokens + (now - then) * self._rate if now >= then else self._capacity
            tokens = min(self._capacity, refilled)
            wait = 0.0 if tokens >= 1 else (1 - tokens) / self._rate
            _BUCKET.pack_into(self._memory, 0, tokens - 1 if tokens >= 1 else tokens, now)
            return wait
        finally:
            fcntl.flock(self._file, fcntl.LOCK_UN)

    def close(self) -> None:
        self._memory.close()
        self._file.close()


class RateLimits:
    """The buckets of all keys, in files named after the keys' ids."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._buckets: dict[str, TokenBucket] = {}

    def take(self, key_id: str, per_minute: int) -> float:
        bucket = self._buckets.get(key_id)
        if bucket is None or bucket.per_minute != per_minute:
            if bucket is not None:
                bucket.close()
            bucket = self._buckets[key_id] = TokenBucket(self._folder / key_id, per_minute)
        return bucket.take()

    def forget(self, key_ids: set[str]) -> None:
        """Close the buckets of all keys but these."""
        for gone in self._buckets.keys() - key_ids:
            self._buckets.pop(gone).close()
