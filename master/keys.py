"""The key file: one root key from which every purpose's key is derived (RFC 5869)."""

import os
import secrets
import tomllib
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Self

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

ROOT_BYTES = 32


class KeyFileError(Exception):
    """The key file is missing, readable by others, or not a key file; the message says what to do."""


@dataclass(frozen=True)
class Keys:
    """The root key; `derive` gives the key of one purpose (tokens, cursors, documents, index …).

    index_turn: raised, it gives the index other keys; the rest keeps its own.
    """

    root: bytes = field(repr=False)
    index_turn: int = 0

    def derive(self, purpose: str) -> bytes:
        """32 bytes, the same for the same root and purpose."""
        return _derived(self.root, purpose)

    @classmethod
    def load(cls, path: Path) -> Self:
        """The keys in a key file. Raises KeyFileError."""
        if not path.exists():
            raise KeyFileError(
                f"{path} is missing: `kehu init` makes one; restore the old one if there is data"
            )
        if path.stat().st_mode & 0o077:
            raise KeyFileError(f"{path} can be read by others: run `chmod 600 {path}`")
        try:
            told = tomllib.loads(path.read_text(encoding="utf-8"))
            root, turn = bytes.fromhex(told["root"]), told.get("index_turn", 0)
        except (KeyError, TypeError, ValueError) as error:
            raise KeyFileError(f'{path} is no key file: it must hold root = "<64 hex digits>"') from error
        if len(root) != ROOT_BYTES:
            raise KeyFileError(f"the root key in {path} must have {ROOT_BYTES} bytes")
        if not isinstance(turn, int) or turn < 0:
            raise KeyFileError(f"the index_turn in {path} must be a whole number")
        return cls(root, turn)

    @classmethod
    def create(cls, path: Path) -> Self:
        """New keys in a new file that only its owner can read. Raises FileExistsError."""
        path.parent.mkdir(parents=True, exist_ok=True)
        root = secrets.token_bytes(ROOT_BYTES)
        text = (
            "# The root key of this hub. Whoever has it can open every sealed value; without it none can be\n"
            "# opened. Keep a copy away from the data.\n"
            f'root = "{root.hex()}"\n'
            "# Raise it to give the search index other keys, then run `kehu index rebuild`.\n"
            "index_turn = 0\n"
        )
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(text)
        return cls(root)


@lru_cache(maxsize=256)
def _derived(root: bytes, purpose: str) -> bytes:
    return HKDF(hashes.SHA256(), 32, salt=None, info=f"kehu:{purpose}".encode()).derive(root)
