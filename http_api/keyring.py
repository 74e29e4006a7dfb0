"""The API keys in memory, so that no request waits for the database."""

import logging
import threading
import time
from collections.abc import Mapping

from chisto.settings import Settings
from models_store.database import now
from models_store.keys import Key, hash_key
from models_store.registry import Registry, open_registry

logger = logging.getLogger("chisto")

#: A key made or revoked is known to every process after this long.
REFRESH_S = 1.0
#: How often the last use of keys is written down.
TOUCH_S = 60.0


class KeyRing:
    """Reads the keys on first use, then once a second in a thread of its own."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._by_hash: Mapping[str, Key] | None = None
        self._used: set[str] = set()
        self._starting = threading.Lock()

    def keys(self) -> Mapping[str, Key]:
        """Hash → key. Empty as long as nobody has made one; expired keys count as made."""
        if self._by_hash is None:
            self._start()
        assert self._by_hash is not None
        return self._by_hash

    def find(self, secret: str) -> Key | None:
        """The valid key that this string is."""
        key = self.keys().get(hash_key(secret))
        if key is None or not key.is_valid(now()):
            return None
        self._used.add(key.id)
        return key

    def refresh(self) -> None:
        """Read the keys now, for the process that has just changed them."""
        self._by_hash = open_registry(self._settings).keys.by_hash()

    def _start(self) -> None:
        with self._starting:
            if self._by_hash is None:
                self.refresh()
                threading.Thread(target=self._follow, name="keys", daemon=True).start()

    def _follow(self) -> None:
        touched = time.monotonic()
        while True:
            time.sleep(REFRESH_S)
            try:
                self.refresh()
                if self._used and time.monotonic() - touched >= TOUCH_S:
                    touched = time.monotonic()
                    self._touch(open_registry(self._settings))
            except Exception as error:  # the database is away: what is known stays in force
                logger.warning("keys cannot be read: %s", type(error).__name__)

    def _touch(self, registry: Registry) -> None:
        used, self._used = self._used, set()
        for key_id in used:
            registry.keys.touch(key_id)
