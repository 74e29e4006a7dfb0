"""/api/v1/keys: who may call. The same as `chisto keys`, for those who manage from afar."""

from fastapi import APIRouter, Request

from chisto import schemas as s
from chisto.errors import UnknownKey
from http_api.responses import language_of
from http_api.shapes import key_info, new_key
from http_api.wording import say
from models_store.registry import open_registry

router = APIRouter(prefix="/api/v1/keys", tags=["keys"])


@router.get("", summary="All keys that were not revoked")
@router.get("/", include_in_schema=False)
def keys() -> list[s.KeyInfo]:
    return [key_info(key) for key in open_registry().keys.all()]


@router.post("", summary="Make a key; it is shown this once", status_code=201)
def create(wanted: s.KeyRequest) -> s.NewKey:
    key, secret = open_registry().keys.create(
        wanted.name,
        wanted.role,
        requests_per_minute=wanted.requests_per_minute,
        max_body_bytes=wanted.max_body_bytes,
        expires_at=wanted.expires_at,
    )
    return new_key(key, secret)


@router.delete("/{key}", summary="Revoke a key; every process refuses it within a second")
def revoke(key: str, request: Request) -> s.Message:
    if not open_registry().keys.revoke(key):
        raise UnknownKey(id=key[:64])
    return s.Message(message=say(language_of(request.scope), "key_revoked"))
