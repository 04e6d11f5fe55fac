"""Sealed columns: values that the database holds encrypted, and the keyed digests that find them again."""

import hmac
import os
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy import Dialect, LargeBinary
from sqlalchemy.types import TypeDecorator

from master.keys import Keys

NONCE_BYTES = 12  # NIST SP 800-38D, 8.2.2: random nonces, far below 2^32 values a key
DIGEST_BYTES = 16  # 128 bits: no accidental equals among billions of values
FORM = b"\x01"  # first byte of every sealed value: form 1 is AES-256-GCM under the purpose's key


class Unsealable(Exception):
    """A sealed value can not be opened: another key file, or a value that was tampered with."""


@dataclass(frozen=True)
class Seal:
    """Seals, opens and digests the values of one purpose."""

    cipher: AESGCM
    digest_key: bytes
    purpose: bytes

    def close(self, text: str) -> bytes:
        nonce = os.urandom(NONCE_BYTES)
        return FORM + nonce + self.cipher.encrypt(nonce, text.encode(), self.purpose)

    def open(self, sealed: bytes) -> str:
        """Raises Unsealable."""
        nonce, text = sealed[1 : 1 + NONCE_BYTES], sealed[1 + NONCE_BYTES :]
        try:
            return self.cipher.decrypt(nonce, text, self.purpose).decode()
        except (InvalidTag, ValueError) as error:
            raise Unsealable(f"a value sealed for {self.purpose.decode()} can not be opened") from error

    def digest(self, text: str) -> bytes:
        return hmac.digest(self.digest_key, text.encode(), "sha256")[:DIGEST_BYTES]


@lru_cache(maxsize=64)
def seal_for(keys: Keys, purpose: str) -> Seal:
    """The seal of one purpose; made once for each key file."""
    return Seal(AESGCM(keys.derive(f"seal:{purpose}")), keys.derive(f"digest:{purpose}"), purpose.encode())


class _Seals(dict[str, Seal]):
    """The seals of a key file by purpose, made when they are first used."""

    def __init__(self, keys: Keys) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, purpose: str) -> Seal:
        seal = self[purpose] = seal_for(self._keys, purpose)
        return seal


def give_keys(dialect: Dialect, keys: Keys) -> None:
    """Let the sealed columns of this engine use these keys."""
    dialect.kehu_seals = _Seals(keys)  # type: ignore[attr-defined]  # all that a column type gets to see


def _seal(dialect: Dialect, purpose: str) -> Seal:
    seal: Seal = dialect.kehu_seals[purpose]  # type: ignore[attr-defined]
    return seal


class Sealed(TypeDecorator[str]):
    """Text that the database holds as AES-256-GCM under the purpose's key; Python sees it clear."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        return None if value is None else _seal(dialect, self.purpose).close(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> str | None:
        return None if value is None else _seal(dialect, self.purpose).open(bytes(value))


class BlindIndex(TypeDecorator[str]):
    """HMAC-SHA-256 of a normal form: bind the text to find equal ones; results are digests (bytes)."""

    impl = LargeBinary
    cache_ok = True

    def __init__(self, purpose: str) -> None:
        super().__init__()
        self.purpose = purpose

    def process_bind_param(self, value: Any, dialect: Dialect) -> bytes | None:
        if value is None or isinstance(value, bytes):
            return value
        return _seal(dialect, self.purpose).digest(value)
