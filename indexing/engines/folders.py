"""The folders of the embedded index: generations side by side, which one serves, and who may write."""

import fcntl
import json
import os
import secrets
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from indexing.documents.customers import SCHEMA_VERSION

_SERVING = "serving.json"
_LOCK = "writer.lock"
_FILLING = "filling.lock"
_SCHEMA = "schema"
_PREFIX = "generation-"


@dataclass(frozen=True, slots=True)
class Serving:
    """The generation that answers; complete once it was filled from the whole master."""

    generation: str
    is_complete: bool
    has_our_keys: bool


class IndexFolder:
    """The index directory: `serving.json` names the generation that answers, its schema version and its keys.

    keys: the fingerprint of those that this process hashes with.
    """

    def __init__(self, path: Path, keys: str) -> None:
        self.path = path
        self._keys = keys
        self._lock: IO[bytes] | None = None
        self._filling: dict[str, IO[bytes]] = {}

    def generation_path(self, generation: str) -> Path:
        if not generation.startswith(_PREFIX) or "/" in generation:
            raise ValueError("There is no such generation of the index.")
        return self.path / generation

    def generations(self) -> list[str]:
        """Oldest first."""
        if not self.path.is_dir():
            return []
        return sorted(entry.name for entry in self.path.iterdir() if entry.name.startswith(_PREFIX))

    def serving(self) -> Serving | None:
        """What serves; None when there is nothing that this version of the code can read."""
        try:
            noted = json.loads((self.path / _SERVING).read_bytes())
            ours = noted.get("keys") == self._keys
            found = Serving(str(noted["generation"]), bool(noted["complete"]), ours)
            readable = noted["schema"] == SCHEMA_VERSION and self.generation_path(found.generation).is_dir()
        except (OSError, ValueError, KeyError, TypeError):
            return None
        return found if readable else None

    @property
    def _made_by(self) -> str:
        return f"{SCHEMA_VERSION} {self._keys}"

    def stamp(self) -> tuple[int, int]:
        """Differs when another generation serves; cheap enough for each search."""
        return file_stamp(self.path / _SERVING)

    def make(self) -> str:
        """A new, empty generation's name, never used before; the folder is there when this returns."""
        self.path.mkdir(parents=True, exist_ok=True)
        numbers = [int(name.split("-")[1]) for name in self.generations()]
        name = f"{_PREFIX}{max(numbers, default=0) + 1:06d}-{secrets.token_hex(4)}"
        (self.path / name).mkdir()
        lock = _locked(self.path / name / _FILLING)
        assert lock is not None  # noqa: S101  nobody else knows the name yet
        self._filling[name] = lock
        (self.path / name / _SCHEMA).write_text(self._made_by, encoding="ascii")
        return name

    def is_being_filled(self, generation: str) -> bool:
        """Whether the process that made it lives and has not let it serve yet."""
        lock = None if generation in self._filling else _locked(self.generation_path(generation) / _FILLING)
        if lock is None:
            return True
        lock.close()
        return False

    def is_readable(self, generation: str) -> bool:
        """Whether it was made by code that makes the same documents, with the same keys."""
        try:
            made_by = (self.generation_path(generation) / _SCHEMA).read_text(encoding="ascii")
        except OSError:
            return False
        return made_by == self._made_by

    def serve(self, generation: str, *, complete: bool) -> None:
        """Readers find it at their next search; written aside and renamed, so that none sees half of it."""
        facts = {"generation": generation, "schema": SCHEMA_VERSION, "keys": self._keys, "complete": complete}
        noted = json.dumps(facts).encode()
        aside = self.path / (_SERVING + ".new")
        with aside.open("wb") as file:
            file.write(noted)
            file.flush()
            os.fsync(file.fileno())
        aside.replace(self.path / _SERVING)
        self._end_filling(generation)

    def drop(self, generation: str) -> None:
        self._end_filling(generation)
        shutil.rmtree(self.generation_path(generation), ignore_errors=True)

    def _end_filling(self, generation: str) -> None:
        lock = self._filling.pop(generation, None)
        if lock is not None:
            lock.close()

    def end_all_filling(self) -> None:
        for generation in list(self._filling):
            self._end_filling(generation)

    @property
    def is_claimed(self) -> bool:
        return self._lock is not None

    def claim(self) -> bool:
        """Hold the lock file until release() or the end of the process; False while another one does."""
        if self._lock is not None:
            return True
        self.path.mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.path / _LOCK)
        return self._lock is not None

    def release(self) -> None:
        if self._lock is not None:
            self._lock.close()
            self._lock = None


def _locked(path: Path) -> IO[bytes] | None:
    """The file, held until it is closed or the process ends; None while another one holds it."""
    file = path.open("ab")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        return None
    return file


def file_stamp(path: Path) -> tuple[int, int]:
    """Differs after the file was replaced; zeros when there is none."""
    try:
        found = path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return 0, 0
    return found.st_mtime_ns, found.st_ino
