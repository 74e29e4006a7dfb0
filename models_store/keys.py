"""API keys: only their hashes are stored."""

import hashlib
import secrets
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Literal
from uuid import uuid4

import sqlalchemy as sa

from models_store.database import Database, now
from models_store.schema import keys

Role = Literal["predict", "manage"]
_PREFIX = "chisto_"
_SHOWN = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """``prefix`` is the part of the key that may be shown, to recognize it by."""

    id: str
    name: str
    role: Role
    prefix: str
    requests_per_minute: int | None
    max_body_bytes: int | None
    created_at: datetime
    expires_at: datetime | None
    last_used_at: datetime | None
    revoked_at: datetime | None

    def is_valid(self, moment: datetime) -> bool:
        return self.revoked_at is None and (self.expires_at is None or moment < self.expires_at)


class Keys:
    def __init__(self, database: Database) -> None:
        self._database = database

    def create(
        self,
        name: str,
        role: Role,
        *,
        requests_per_minute: int | None = None,
        max_body_bytes: int | None = None,
        expires_at: datetime | None = None,
    ) -> tuple[Key, str]:
        """Make a key; the string is shown this once and not stored."""
        secret = _PREFIX + secrets.token_urlsafe(32)
        key = Key(
            id=str(uuid4()),
            name=name,
            role=role,
            prefix=secret[:_SHOWN],
            requests_per_minute=requests_per_minute,
            max_body_bytes=max_body_bytes,
            created_at=now(),
            expires_at=expires_at,
            last_used_at=None,
            revoked_at=None,
        )
        with self._database.write() as connection:
            connection.execute(keys.insert().values(**asdict(key), sha256=hash_key(secret)))
        return key, secret

    def find(self, secret: str) -> Key | None:
        """The valid key that this string is; None for an unknown, revoked or expired one."""
        with self._database.read() as connection:
            row = (
                connection.execute(keys.select().where(keys.c.sha256 == hash_key(secret)))
                .mappings()
                .one_or_none()
            )
        key = _key(row) if row else None
        return key if key and key.is_valid(now()) else None

    def all(self) -> list[Key]:
        """Those that were not revoked, newest first."""
        with self._database.read() as connection:
            valid = keys.select().where(keys.c.revoked_at.is_(None)).order_by(keys.c.created_at.desc())
            return [_key(row) for row in connection.execute(valid).mappings()]

    def by_hash(self) -> dict[str, Key]:
        """Hash of the key → key, for those that were not revoked: what a server keeps in memory."""
        with self._database.read() as connection:
            rows = connection.execute(keys.select().where(keys.c.revoked_at.is_(None))).mappings()
            return {row["sha256"]: _key(row) for row in rows}

    def exist(self) -> bool:
        """Whether any valid key was made: without one, only loopback is served."""
        return any(key.is_valid(now()) for key in self.all())

    def touch(self, key_id: str) -> None:
        """Note that it was used; call it now and then, not with every request."""
        with self._database.write() as connection:
            connection.execute(keys.update().where(keys.c.id == key_id).values(last_used_at=now()))

    def revoke(self, key_id: str) -> bool:
        """By id; return whether there was such a key."""
        with self._database.write() as connection:
            alive = keys.update().where(keys.c.id == key_id, keys.c.revoked_at.is_(None))
            return bool(connection.execute(alive.values(revoked_at=now())).rowcount)


def hash_key(secret: str) -> str:
    # The secret is 32 random bytes: a fast hash cannot be searched either.
    return hashlib.sha256(secret.encode()).hexdigest()


def _key(row: sa.RowMapping) -> Key:
    return Key(**{name: value for name, value in row.items() if name != "sha256"})
