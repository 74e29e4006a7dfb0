"""Heavy work on files that came from outside, in a process of its own: the gateway stays light and quick.

The module that does the work is run with ``python -m``: one JSON object in, one out, or the error that it raised.
"""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from typing import Any

from chisto.errors import ChistoError, Language, Unavailable
from models_store.registry import Registry

_LANGUAGES: tuple[Language, ...] = ("ru", "en")


def ask(registry: Registry, module: str, request: Mapping[str, Any]) -> dict[str, Any]:
    """What the module answers; blocks until it is done. Raises the ChistoError that it raised, or Unavailable."""
    process = subprocess.run(
        [sys.executable, "-m", module],
        input=json.dumps(dict(request)),
        env=registry.environment(),
        stdout=subprocess.PIPE,
        text=True,
        check=False,
    )
    try:
        answer: dict[str, Any] = json.loads(process.stdout)
    except ValueError:
        raise Unavailable() from None  # it was killed, or broke: stderr went to the server's own
    if "error" in answer:
        raise _raised(**answer["error"])
    return answer


def answer(handle: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """The other side: answer the one request on standard input."""
    try:
        told = handle(json.load(sys.stdin))
    except ChistoError as error:
        texts = {language: [error.message(language), error.hint(language)] for language in _LANGUAGES}
        told = {
            "error": {
                "code": error.code,
                "status": error.status,
                "texts": texts,
                "details": dict(error.details),
            }
        }
    json.dump(told, sys.stdout)


def _raised(code: str, status: int, texts: dict[str, list[str]], details: dict[str, Any]) -> ChistoError:
    plain = {
        language: tuple(text.replace("{", "{{").replace("}", "}}") for text in each)
        for language, each in texts.items()
    }
    attributes = {"code": code, "status": status, "texts": plain, "detail_names": tuple(details)}
    error: ChistoError = type("ToldError", (ChistoError,), attributes)(**details)
    return error
