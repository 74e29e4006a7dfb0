"""Logs: one file a day under the home folder, shared by all processes, and the same lines on stderr."""

import logging
import time
from datetime import UTC, date, datetime
from io import FileIO
from pathlib import Path

KEPT_DAYS = 14


class DailyFile(logging.Handler):
    """Appends to ``<folder>/chisto-YYYY-MM-DD.log``.

    Several processes write one file: each line is one O_APPEND write, which the kernel keeps whole. The standard
    library's rotating handlers rename files under each other when several processes share them.
    """

    def __init__(self, folder: Path) -> None:
        super().__init__()
        self._folder = folder
        self._day: date | None = None
        self._file: FileIO | None = None

    def emit(self, record: logging.LogRecord) -> None:
        try:
            today = datetime.now(UTC).date()
            if today != self._day:
                self._open(today)
            assert self._file is not None
            self._file.write((self.format(record) + "\n").encode("utf-8", "backslashreplace"))
        except Exception:  # a full disk must not stop the service
            self.handleError(record)

    def _open(self, today: date) -> None:
        if self._file is not None:
            self._file.close()
        self._folder.mkdir(parents=True, exist_ok=True)
        self._file = (self._folder / f"chisto-{today.isoformat()}.log").open("ab", buffering=0)
        self._day = today
        for old in sorted(self._folder.glob("chisto-*.log"))[:-KEPT_DAYS]:
            old.unlink(missing_ok=True)


def configure_logs(folder: Path, component: str) -> None:
    """Send the loggers below ``chisto`` to the day's file (and warnings to stderr). Times are UTC."""
    formatter = logging.Formatter(f"%(asctime)s %(levelname)s {component}[%(process)d] %(message)s")
    formatter.converter = time.gmtime
    formatter.default_msec_format = "%s.%03dZ"
    file, stream = DailyFile(folder), logging.StreamHandler()
    stream.setLevel(logging.WARNING)
    logger = logging.getLogger("chisto")
    logger.disabled = False  # BentoML's own configuration turns off what was there before it
    logger.handlers.clear()
    for handler in (file, stream):
        handler.setFormatter(formatter)
        logger.addHandler(handler)
    logger.setLevel(logging.INFO)
    logger.propagate = False
