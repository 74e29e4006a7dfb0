"""At the start of a server, gateway and runner of the promoted model do not share the processor with the other runners.

Their imports take longer than all that stands between the start and the first answer. Light to import, for that reason.
"""

import contextlib
import sys
import time
from pathlib import Path

#: the others wait no longer, should the first never come
PATIENCE_S = 2.0
_WAITING = frozenset({"cnn_runner", "sklearn_runner", "trainer"})


def give(home: Path, service: str) -> None:
    """Let a service go first. Called before the processes are started."""
    _note(home).write_text(service, encoding="utf-8")


def finish(home: Path) -> None:
    """Let the others follow: the gateway stands."""
    _note(home).unlink(missing_ok=True)


def wait(home: Path) -> None:
    """Wait while another service goes first."""
    service = own_service()
    if service not in _WAITING:
        return
    deadline = time.monotonic() + PATIENCE_S
    while _first(home) not in (None, service) and time.monotonic() < deadline:
        time.sleep(0.02)


def own_service() -> str | None:
    """The service that this process serves, as BentoML says on its command line; None for the one that starts them."""
    _, _, following = " ".join(sys.argv).partition("--service-name ")
    return following.partition(" ")[0] or None


def _note(home: Path) -> Path:
    return home / "goes-first"


def _first(home: Path) -> str | None:
    with contextlib.suppress(OSError):
        return _note(home).read_text(encoding="utf-8")
    return None
