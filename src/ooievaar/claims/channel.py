"""The way out and in: who carries files to the portal and back. Embedded: a folder."""

import errno
import hashlib
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Protocol

from django.conf import settings
from django.core.files import locks

PRIVATE = 0o700
"""Folders of our own are for nobody else: who is in the files, is in there with her BSN."""
OUT, IN, TAKEN, READ, REFUSED = "out", "in", "opgehaald", "verwerkt", "geweigerd"


class Channel(Protocol):
    """Carries files to the portal and brings its answers.

    `put` may be called again with the same name and content after an interruption: the portal then
    still gets the file once.
    """

    def put(self, name: str, content: bytes) -> None:
        """Hand a file over, whole or not at all."""

    def waiting(self) -> Iterable[tuple[str, bytes]]:
        """Return the answers that lie ready, oldest name first."""

    def done(self, name: str, *, refused: bool = False) -> None:
        """Put an answer away that was read, or refused."""


class FolderChannel:
    """Drop and pick up files: `out/` for the portal, `in/` for its answers.

    Who picks up a file moves it to `out/opgehaald/` (`collect`), so that a file that was handed
    over is known for as long as it is kept there.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.out, self.taken = path / OUT, path / OUT / TAKEN
        self.into, self.read, self.refused = path / IN, path / IN / READ, path / IN / REFUSED
        path.mkdir(parents=True, exist_ok=True, mode=PRIVATE)
        for folder in (self.out, self.taken, self.into, self.read, self.refused):
            folder.mkdir(exist_ok=True, mode=PRIVATE)

    def put(self, name: str, content: bytes) -> None:
        """Write a file in `out/`, unless it is there, or was picked up from there."""
        # One at a time: of two that look at once both would see nothing.
        with (self.path / ".beurt").open("w") as turn:
            locks.lock(turn, locks.LOCK_EX)
            for there in (self.out / name, self.taken / name):
                if there.exists():
                    if _hash(there.read_bytes()) != _hash(content):
                        taken = "een ander bestand met deze naam"
                        raise FileExistsError(errno.EEXIST, taken, str(there))
                    return
            _write(self.out / name, content)

    def waiting(self) -> Iterable[tuple[str, bytes]]:
        """Return the files in `in/`, by name."""
        files = sorted(path for path in self.into.iterdir() if _is_file(path))
        return ((path.name, path.read_bytes()) for path in files)

    def done(self, name: str, *, refused: bool = False) -> None:
        """Move an answer to `in/verwerkt/` or `in/geweigerd/`; again it is no fault."""
        source = self.into / name
        folder = self.refused if refused else self.read
        if source.exists():
            os.replace(source, _free_place(folder, name, source.read_bytes()))

    def collect(self) -> Iterable[tuple[str, bytes]]:
        """Be the other side: pick up every file from `out/`, each once."""
        for path in sorted(path for path in self.out.iterdir() if _is_file(path)):
            content = path.read_bytes()
            os.replace(path, self.taken / path.name)
            yield path.name, content

    def answer(self, name: str, content: bytes) -> None:
        """Be the other side: put an answer in `in/`."""
        _write(self.into / name, content)


def own_channel() -> FolderChannel:
    """Return the channel of this installation: OOIEVAAR_CLAIMS_FOLDER, or in the data folder."""
    folder = os.environ.get("OOIEVAAR_CLAIMS_FOLDER")
    return FolderChannel(Path(folder) if folder else Path(settings.DATA) / "declaraties")


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _write(path: Path, content: bytes) -> None:
    """Write a file so that others see it whole or not at all, also after the power went."""
    beside = path.with_name(f".{path.name}.deel")
    with open(beside, "wb", opener=_privately) as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    os.replace(beside, path)
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def _privately(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _free_place(folder: Path, name: str, content: bytes) -> Path:
    """Return where a file is kept; another one of the same name stays beside it."""
    place = folder / name
    if place.exists() and _hash(place.read_bytes()) != _hash(content):
        place = folder / f"{_hash(content)[:12]}-{name}"
    return place


def _hash(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()
