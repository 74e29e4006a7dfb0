"""`chisto keys …`: who may call. Works on the registry itself, so that the first key needs no server."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from chisto.errors import UnknownKey
from cli.remote import Json, in_words, print_json, print_table, say

if TYPE_CHECKING:
    from models_store.keys import Keys

keys_app = typer.Typer(help="API keys. Without any, only this machine is served.", no_args_is_help=True)


class Role(StrEnum):
    predict = "predict"
    manage = "manage"


def _keys() -> "Keys":
    from models_store.registry import open_registry

    return open_registry().keys


@keys_app.command()
def create(
    name: Annotated[str, typer.Argument(help="Who it is for.", show_default=False)],
    role: Annotated[Role, typer.Option(help="predict: score comments; manage: everything.")] = Role.predict,
    requests_per_minute: Annotated[int | None, typer.Option(help="Limit of requests.", min=1)] = None,
    max_body_bytes: Annotated[int | None, typer.Option(help="Largest request.", min=1)] = None,
    days: Annotated[float | None, typer.Option(help="Valid for so many days; else until revoked.")] = None,
    as_json: Json = False,
) -> None:
    """Make a key. It is printed once; only its hash is kept."""
    from http_api.shapes import new_key

    key, secret = _keys().create(
        name,
        role.value,
        requests_per_minute=requests_per_minute,
        max_body_bytes=max_body_bytes,
        expires_at=datetime.now(UTC) + timedelta(days=days) if days else None,
    )
    if as_json:
        return print_json(new_key(key, secret))
    typer.echo(secret)
    return say(
        in_words(
            "Запишите ключ: больше он не будет показан. Сервер примет его в течение секунды.",
            "Write it down: it is not shown again. The server takes it within a second.",
        )
    )


@keys_app.command("list")
def list_keys(as_json: Json = False) -> None:
    """All keys that were not revoked."""
    from http_api.shapes import key_info

    found = [key_info(key) for key in _keys().all()]
    if as_json:
        return print_json(found)
    columns = in_words(
        "uuid,имя,роль,начало,запросов в минуту,действует до",
        "uuid,name,role,begins with,requests a minute,valid until",
    )
    rows = [
        (key.uuid, key.name, key.role, key.prefix + "…", key.requests_per_minute, key.expires_at)
        for key in found
    ]
    return print_table(columns.split(","), rows)


@keys_app.command()
def revoke(key: Annotated[str, typer.Argument(help="uuid of the key, or the key itself.")]) -> None:
    """Take a key out of force."""
    keys = _keys()
    found = [each.id for each in keys.all() if each.id == key or key.startswith(each.prefix)]
    if len(found) != 1 or not keys.revoke(found[0]):
        raise UnknownKey(id=key[:40])
    say(in_words("Ключ отозван.", "The key is revoked."))
