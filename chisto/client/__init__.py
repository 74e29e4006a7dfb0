"""Talks to a Chisto server: `Client` and `AsyncClient`, one method for each call of the API.

from chisto.client import Client

with Client("http://127.0.0.1:3000") as client:
    client.predict(["спасибо за статью"]).predictions[0].is_toxic
"""

from chisto.client.asynchronous import AsyncClient
from chisto.client.calls import TaskPage
from chisto.client.errors import (
    ApiError,
    BadAnswer,
    BadRequest,
    ClientError,
    Conflict,
    Forbidden,
    NotFound,
    ServerFault,
    TooLarge,
    TooManyRequests,
    Unauthorized,
    Unavailable,
    Unprocessable,
    Unreachable,
)
from chisto.client.sync import Client
from chisto.client.transfer import Progress, Source

__all__ = [
    "ApiError",
    "AsyncClient",
    "BadAnswer",
    "BadRequest",
    "Client",
    "ClientError",
    "Conflict",
    "Forbidden",
    "NotFound",
    "Progress",
    "ServerFault",
    "Source",
    "TaskPage",
    "TooLarge",
    "TooManyRequests",
    "Unauthorized",
    "Unavailable",
    "Unprocessable",
    "Unreachable",
]
