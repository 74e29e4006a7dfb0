"""The client for asynchronous programs, such as the dashboard. The same calls as `Client`."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self

import httpx

from chisto import schemas as s
from chisto.client import calls
from chisto.client.calls import Call, T, TaskPage
from chisto.client.errors import Unreachable, refusal
from chisto.client.transfer import (
    FIRST_PAUSE_S,
    UPLOAD_TIMEOUT_S,
    Progress,
    Source,
    may_repeat,
    opened,
    options,
    pieces,
    read,
    request_options,
    upload_headers,
)


class AsyncClient:
    """All of the API. Raises `chisto.client.ClientError`; to be closed after use.

    ``retries`` broken connections are tried again, where the call cannot have changed anything twice.
    """

    def __init__(
        self,
        base_url: str = "http://127.0.0.1:3000",
        *,
        key: str | None = None,
        language: str | None = None,
        timeout: float = 30.0,
        retries: int = 2,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        self._http = httpx.AsyncClient(**options(base_url, key, language, timeout, transport))
        self._retries = retries

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    def speak(self, language: str) -> None:
        """Ask for errors in this language, ru or en, from now on."""
        self._http.headers["Accept-Language"] = language

    async def run(self, call: Call[T]) -> T:
        pause = FIRST_PAUSE_S
        for attempt in range(self._retries + 1):
            try:
                return read(call, await self._http.request(call.method, call.path, **request_options(call)))
            except httpx.TransportError as broken:
                if attempt == self._retries or not may_repeat(call, broken):
                    raise Unreachable(
                        str(self._http.base_url), str(broken) or type(broken).__name__
                    ) from broken
            await asyncio.sleep(pause)
            pause *= 3
        raise AssertionError("unreachable")

    async def _upload(
        self, path: str, kind: Any, source: Source, params: Mapping[str, Any], progress: Progress | None
    ) -> Any:
        file, size, filename = await asyncio.to_thread(opened, source)
        call: Call[Any] = calls.upload(path, kind, {"filename": filename, **params})
        try:
            response = await self._http.post(
                call.path,
                params=dict(call.params),
                content=_pieces(file, size, progress),
                headers=upload_headers(size),
                timeout=UPLOAD_TIMEOUT_S,
            )
        except httpx.TransportError as broken:
            raise Unreachable(str(self._http.base_url), str(broken) or type(broken).__name__) from broken
        finally:
            if isinstance(source, str | Path):
                file.close()
        return read(call, response)

    async def _download(
        self, path: str, target: Path | str, params: Mapping[str, Any], progress: Progress | None
    ) -> Path:
        target = Path(target)
        async with self._stream(path, params) as response:
            total, received = int(response.headers.get("content-length", 0)), 0
            file = await asyncio.to_thread(target.open, "wb")
            try:
                async for piece in response.aiter_bytes():
                    await asyncio.to_thread(file.write, piece)
                    received += len(piece)
                    if progress:
                        progress(received, total)
            finally:
                file.close()
        return target

    @asynccontextmanager
    async def _stream(self, path: str, params: Mapping[str, Any]) -> AsyncIterator[httpx.Response]:
        try:
            async with self._http.stream(
                "GET", path, params=dict(params), timeout=UPLOAD_TIMEOUT_S
            ) as response:
                if response.status_code >= 400:
                    await response.aread()
                    raise refusal(response)
                yield response
        except httpx.TransportError as broken:
            raise Unreachable(str(self._http.base_url), str(broken) or type(broken).__name__) from broken

    # --- scoring -----------------------------------------------------------------------------------

    async def predict(
        self, texts: Sequence[str], *, threshold: float | None = None, model: str | None = None
    ) -> s.PredictResponse:
        """Verdict and calibrated score of each text."""
        return await self.run(calls.predict(texts, threshold, model))

    async def predict_scores(self, texts: Sequence[str], *, model: str | None = None) -> s.ScoresResponse:
        return await self.run(calls.predict_scores(texts, model))

    async def explain(
        self, texts: Sequence[str], *, threshold: float | None = None, model: str | None = None
    ) -> s.ExplainResponse:
        """Verdict, what each word did to the score, and what stood behind disguised words."""
        return await self.run(calls.explain(texts, threshold, model))

    # --- models ------------------------------------------------------------------------------------

    async def models(self) -> list[s.ModelInfo]:
        return await self.run(calls.models())

    async def model(self, name: str) -> s.ModelInfo:
        return await self.run(calls.model(name))

    async def card(self, name: str, *, version: int | None = None) -> s.ModelCard:
        return await self.run(calls.card(name, version))

    async def families(self) -> s.FamiliesResponse:
        """JSON schema of every family's parameters."""
        return await self.run(calls.families())

    async def fit(self, request: s.FitRequest) -> s.TaskStarted:
        return await self.run(calls.fit(request))

    async def load(self, name: str) -> list[s.Message]:
        """Returns when every worker answers with it."""
        return await self.run(calls.load(name))

    async def unload(self, name: str) -> list[s.Message]:
        return await self.run(calls.unload(name))

    async def predict_labels(self, name: str, texts: Sequence[str]) -> s.XResponse:
        """0 or 1 for each text, by one model."""
        return await self.run(calls.predict_labels(name, texts))

    async def remove_model(self, name: str, *, version: int | None = None) -> list[s.Message]:
        """Removes one version, or the model with all its versions."""
        return await self.run(calls.remove_model(name, version))

    async def remove_all_models(self) -> list[s.Message]:
        """Removes all but the models that came with Chisto."""
        return await self.run(calls.remove_all_models())

    async def promote(self, name: str, *, version: int | None = None, alias: str = "default") -> s.AliasInfo:
        """Makes a model the one that answers by default; loads it first if need be."""
        return await self.run(calls.promote(name, version, alias))

    async def aliases(self) -> list[s.AliasInfo]:
        return await self.run(calls.aliases())

    async def save_decision(self, name: str, request: s.DecisionRequest) -> s.ModelInfo:
        """Saves threshold and bands."""
        return await self.run(calls.save_decision(name, request))

    async def export_model(
        self, name: str, target: Path | str, *, version: int | None = None, progress: Progress | None = None
    ) -> Path:
        """Writes the model's archive to ``target``."""
        return await self._download(
            calls.export_path(name), target, {"version": version} if version else {}, progress
        )

    async def import_model(
        self, source: Source, *, name: str | None = None, progress: Progress | None = None
    ) -> s.ModelInfo:
        """Takes in an archive that ``export_model`` wrote."""
        return await self._upload(calls.IMPORT, s.ModelInfo, source, {"name": name} if name else {}, progress)

    # --- data sets ---------------------------------------------------------------------------------

    async def datasets(self) -> list[s.DatasetInfo]:
        return await self.run(calls.datasets())

    async def dataset(self, dataset: str) -> s.DatasetInfo:
        """By uuid or name."""
        return await self.run(calls.dataset(dataset))

    async def upload_dataset(
        self,
        source: Source,
        *,
        name: str | None = None,
        filename: str | None = None,
        text_column: str | None = None,
        label_column: str | None = None,
        labelled: bool | None = None,
        progress: Progress | None = None,
    ) -> s.DatasetInfo:
        """Sends a file; ``labelled`` None means: with labels if a column of labels is found."""
        params = calls.dataset_params(name, filename, text_column, label_column, labelled)
        return await self._upload(calls.DATASETS, s.DatasetInfo, source, params, progress)

    async def report(self, dataset: str) -> s.DropReport:
        return await self.run(calls.report(dataset))

    async def preview(
        self,
        dataset: str,
        *,
        offset: int = 0,
        limit: int = 50,
        label: int | None = None,
        search: str | None = None,
    ) -> s.RowPage:
        return await self.run(calls.preview(dataset, offset, limit, label, search))

    async def rows(self, dataset: str, numbers: Sequence[int]) -> s.RowPage:
        """Rows by their numbers, in the order asked for."""
        return await self.run(calls.rows(dataset, numbers))

    async def download_dataset(
        self,
        dataset: str,
        target: Path | str,
        *,
        format: Literal["csv", "jsonl", "parquet"] = "csv",
        progress: Progress | None = None,
    ) -> Path:
        """CSV is made safe for spreadsheets; JSONL and Parquet are exact."""
        return await self._download(calls.download_path(dataset), target, {"format": format}, progress)

    async def delete_dataset(self, dataset: str) -> s.Message:
        return await self.run(calls.delete_dataset(dataset))

    async def start_profile(self, dataset: str) -> s.TaskStarted:
        return await self.run(calls.start_profile(dataset))

    async def profile(self, dataset: str) -> s.ProfileResponse:
        return await self.run(calls.profile(dataset))

    async def score_dataset(self, dataset: str, request: s.ScoreFileRequest | None = None) -> s.TaskStarted:
        """Scores all rows as a task; its file comes from ``download_task_file``."""
        return await self.run(calls.score_dataset(dataset, request or s.ScoreFileRequest()))

    # --- tasks -------------------------------------------------------------------------------------

    async def tasks(
        self,
        *,
        status: Sequence[s.TaskStatus] | None = None,
        kind: Sequence[s.TaskKind] | None = None,
        name: str | None = None,
        parent: str | None = None,
        dataset: str | None = None,
        order: calls.Order = "newest",
        limit: int = 50,
        offset: int = 0,
    ) -> TaskPage:
        return await self.run(
            calls.tasks(
                status=status,
                kind=kind,
                name=name,
                parent=parent,
                dataset=dataset,
                order=order,
                limit=limit,
                offset=offset,
            )
        )

    async def task(self, uuid: str) -> s.TaskInfo:
        return await self.run(calls.task(uuid))

    async def task_log(self, uuid: str, *, offset: int = 0) -> s.TaskLog:
        return await self.run(calls.task_log(uuid, offset))

    async def task_result(self, uuid: str) -> dict[str, Any]:
        """Whatever the task produced, as JSON."""
        return await self.run(calls.task_result(uuid))

    async def download_task_file(
        self, uuid: str, target: Path | str, *, progress: Progress | None = None
    ) -> Path:
        return await self._download(calls.file_path(uuid), target, {}, progress)

    async def cancel(self, uuid: str) -> s.TaskInfo:
        return await self.run(calls.cancel(uuid))

    async def retry(self, uuid: str) -> s.TaskInfo:
        return await self.run(calls.retry(uuid))

    async def delete_task(self, uuid: str) -> s.Message:
        return await self.run(calls.delete_task(uuid))

    async def evaluate(self, request: s.EvaluateRequest) -> s.TaskStarted:
        return await self.run(calls.evaluate(request))

    async def evaluation(self, task: str) -> s.EvaluationResponse:
        return await self.run(calls.evaluation(task))

    # --- the service itself ------------------------------------------------------------------------

    async def keys(self) -> list[s.KeyInfo]:
        return await self.run(calls.keys())

    async def create_key(self, request: s.KeyRequest) -> s.NewKey:
        return await self.run(calls.create_key(request))

    async def revoke_key(self, uuid: str) -> s.Message:
        return await self.run(calls.revoke_key(uuid))

    async def health(self) -> s.Health:
        return await self.run(calls.health())

    async def settings(self) -> s.PublicSettings:
        return await self.run(calls.settings())

    async def wait(
        self,
        task: str,
        *,
        timeout: float | None = None,  # noqa: ASYNC109 - the same signature as Client's
        poll: float = 0.5,
        watch: Callable[[s.TaskInfo], None] | None = None,
    ) -> s.TaskInfo:
        """The task once it has ended, well or not; ``watch`` sees each state. TimeoutError after ``timeout`` s."""
        deadline = None if timeout is None else time.monotonic() + timeout
        while True:
            info = await self.task(task)
            if watch:
                watch(info)
            if info.status not in ("queued", "running"):
                return info
            if deadline is not None and time.monotonic() > deadline:
                raise TimeoutError(f"the task {task} is still {info.status}")
            await asyncio.sleep(poll)


async def _pieces(file: BinaryIO, total: int, progress: Progress | None) -> AsyncIterator[bytes]:
    """Read off the event loop, report on it."""
    whole, sent = pieces(file, total, None), 0
    while (piece := await asyncio.to_thread(next, whole, None)) is not None:
        yield piece
        sent += len(piece)
        if progress:
            progress(sent, total)
