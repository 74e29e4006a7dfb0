"""What has to be done once, by one process, before a server's processes start."""

import logging

from chisto.logs import configure_logs
from chisto.settings import Settings
from models_store import turns
from models_store.catalog import RUNNERS
from models_store.registry import open_registry
from models_store.shipped import import_shipped


def prepare(settings: Settings) -> None:
    """Bring database and shipped models up to date, sweep up after killed processes, say who may call."""
    configure_logs(settings.home_path / "logs", "serve")
    registry = open_registry(settings)
    import_shipped(registry, settings.default_model)
    registry.sweep()
    promoted = registry.models.aliased()
    family = promoted.family if promoted else "cnn"
    turns.give(settings.home_path, next(runner for runner, families in RUNNERS.items() if family in families))
    if not registry.keys.all():
        logging.getLogger("chisto").warning(
            "no API key exists: only clients on this machine are served; make one: chisto keys create NAME"
        )
