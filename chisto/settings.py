"""All that can be set from outside: environment variables with the prefix ``CHISTO_``. The only reader of the environment."""

import os
from functools import lru_cache
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict


class Settings(BaseSettings):
    """Every field is the variable ``CHISTO_<NAME>``; docs/operations.md lists them."""

    model_config = SettingsConfigDict(env_prefix="CHISTO_", frozen=True)

    # Where things are.
    home: Path = Field(Path("~/.chisto"), description="State and logs: model store, database, data sets.")
    database_url: str | None = Field(
        None, description="Registry database; SQLite in the home folder by default."
    )
    data: Path | None = Field(
        None, description="Folder of the training data, for `make models` and benchmarks."
    )

    # Serving.
    host: str = Field("127.0.0.1", description="Address to listen on; beyond loopback, keys are required.")
    port: int = Field(3000, ge=1, le=65535, description="Port of the API.")
    gateway_workers: int = Field(1, ge=1, description="Processes that answer HTTP.")
    cnn_workers: int = Field(1, ge=1, description="Processes that run the CNN.")
    sklearn_workers: int = Field(1, ge=1, description="Processes that run scikit-learn pipelines.")
    runner_threads: int = Field(1, ge=1, description="Threads of ONNX Runtime in each CNN process.")
    cnn_url: str | None = Field(None, description="Address of CNN runners on another machine.")
    sklearn_url: str | None = Field(None, description="Address of scikit-learn runners on another machine.")
    default_model: str = Field("cnn", description="Model that answers while no other one is promoted.")
    language: Literal["ru", "en"] = Field(
        "ru", description="Language of errors when Accept-Language names none."
    )

    # Limits of one request.
    max_body_bytes: int = Field(10_000_000, ge=1, description="Largest body of a request, uploads apart.")
    max_texts: int = Field(10_000, ge=1, description="Most comments in one request.")
    max_text_chars: int = Field(20_000, ge=1, description="Longest comment, in characters.")
    max_upload_bytes: int = Field(512_000_000, ge=1, description="Largest file of a data set or a model.")
    scoring_timeout_s: float = Field(
        30.0, gt=0, description="After this long without a score the answer is 503."
    )

    # Perspective API.
    perspective_lenient: bool = Field(
        False, description="Leave out attributes that cannot be scored, no error."
    )
    perspective_languages: str = Field("ru", description="Languages that are scored, separated by commas.")

    # Tasks.
    run_tasks: bool = Field(
        True, description="Whether this server computes tasks; they wait for one that does."
    )
    dask_scheduler: str | None = Field(
        None, description="Dask scheduler for tasks; processes here by default."
    )
    max_running_tasks: int | None = Field(
        None, ge=1, description="Computed at once; as many as cores by default."
    )
    max_queued_tasks: int = Field(100, ge=1, description="More that wait are refused.")
    max_saved_tasks: int = Field(100, ge=1, description="Ended tasks that are remembered.")
    max_task_age_days: float = Field(90, gt=0, description="Ended tasks are forgotten after so long.")
    task_time_limit_s: float = Field(1800, gt=0, description="A task that takes longer is killed.")
    task_tries: int = Field(3, ge=1, description="How often a task is started whose process is killed.")
    max_loaded_bytes: int | None = Field(
        None, ge=1, description="Memory for models in each runner process; the least used give way."
    )
    task_kinds: dict[str, str] = Field({}, description="Kinds of tasks of your own: name → module:function.")
    max_loaded_models: int = Field(16, ge=1, description="Own models that may be loaded at once.")

    # Who may call (`chisto keys` makes keys).
    requests_per_minute: int | None = Field(
        None, ge=1, description="Limit for each key that has none of its own."
    )
    trusted_proxies: str = Field("", description="Addresses or networks whose X-Forwarded-For is believed.")

    # Clients of a server: the dashboard and the command line.
    url: str = Field(
        "http://127.0.0.1:3000", description="Server that the dashboard shows and `chisto models` talks to."
    )
    key: SecretStr | None = Field(None, description="Key that they send to it.")

    # The dashboard, which may live on another machine than the server.
    dashboard_host: str = Field("127.0.0.1", description="Beyond loopback a password is required.")
    dashboard_port: int = Field(5006, ge=1, le=65535, description="Port of the dashboard.")
    dashboard_password: SecretStr | None = Field(None, description="Asked for when the dashboard is opened.")
    dashboard_origins: str = Field(
        "", description="Addresses (host or host:port, with commas) under which browsers open the dashboard."
    )
    dashboard_cookie_secret: SecretStr | None = Field(
        None, description="Signs the cookie of who has signed in; random at each start by default."
    )

    @property
    def home_path(self) -> Path:
        return self.home.expanduser().resolve()


@lru_cache(maxsize=1)
def get_settings() -> Settings:
    """The settings of this process, read once."""
    return Settings()


def terminal_language() -> Literal["ru", "en"]:
    """The language of whoever runs a command, by the locale variables in POSIX's order."""
    wanted = next(filter(None, (os.environ.get(name) for name in ("LC_ALL", "LC_MESSAGES", "LANG"))), "")
    return "ru" if wanted.lower().startswith("ru") else "en"
