"""Files that only the holder of a key can read: age encryption (X25519), as a stream.

Who makes backups needs the public key only; what can read them back stays elsewhere. Nothing
readable touches the disk: bytes go through a pipe, and a file takes its name when it is whole.
"""

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, TypeAlias

import pyrage

from ooievaar.kernel.faults import Fault, InputRejected, refusal

INTRODUCTION = b"age-encryption.org/v1\n"
SECRET = "AGE-SECRET-KEY-"  # noqa: S105 (how every age key begins)
PUBLIC = "age1"
READ_BYTES = 1_000_000

Recipient: TypeAlias = "pyrage.x25519.Recipient"
Identity: TypeAlias = "pyrage.x25519.Identity"


class Unsealable(InputRejected):
    """A file or a key cannot be used; told in one sentence."""

    def __init__(self, name: str, found: str, expected: str) -> None:
        super().__init__([Fault(name, None, "", found, expected)])


def make_key(place: Path) -> str:
    """Write a new key to `place` and its public half to `place`.pub; return the public key.

    Never replaces a key: what was sealed with the old one could not be read any more.
    """
    identity = pyrage.x25519.Identity.generate()
    public = str(identity.to_public())
    _write_new(place, f"# public key: {public}\n{identity}\n", 0o600)
    _write_new(place.with_name(f"{place.name}.pub"), f"{public}\n", 0o644)
    return public


def _write_new(place: Path, text: str, mode: int) -> None:
    try:
        descriptor = os.open(place, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        raise Unsealable(place.name, "een bestand dat er al is", "een nieuwe naam") from None
    with os.fdopen(descriptor, "w", encoding="utf-8") as out:
        out.write(text)
        out.flush()
        os.fsync(out.fileno())


def read_recipients(key_file: Path) -> list[Recipient]:
    """Return for whom to seal: the public keys in a file, or those of its secret keys."""
    found = []
    for line in _lines(key_file):
        with suppress(pyrage.RecipientError, pyrage.IdentityError):
            if line.startswith(SECRET):
                found.append(pyrage.x25519.Identity.from_str(line).to_public())
            elif line.startswith(PUBLIC):
                found.append(pyrage.x25519.Recipient.from_str(line))
    if not found:
        raise Unsealable(
            key_file.name, "geen sleutel", "een sleutel van `ooievaar backup key BESTAND`"
        )
    return found


def read_identities(key_file: Path) -> list[Identity]:
    """Return the secret keys in a file."""
    found = []
    for line in _lines(key_file):
        with suppress(pyrage.IdentityError):
            if line.startswith(SECRET):
                found.append(pyrage.x25519.Identity.from_str(line))
    if not found:
        raise Unsealable(
            key_file.name,
            "geen geheime sleutel",
            "het sleutelbestand zelf; met het deel .pub is alleen een back-up te maken",
        )
    return found


def _lines(key_file: Path) -> list[str]:
    try:
        return [line.strip() for line in key_file.read_text("utf-8").splitlines()]
    except UnicodeDecodeError:
        return []


class _Watched:
    """A stream that is written to, and remembers what it met: the sealer tells it in its words."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._stream = stream
        self.error: OSError | None = None

    def write(self, content: bytes) -> int:
        """Write all of it."""
        try:
            return self._stream.write(content)
        except OSError as error:
            self.error = error
            raise

    def flush(self) -> None:
        """Write what is left."""
        try:
            self._stream.flush()
        except OSError as error:
            self.error = error
            raise

    def close(self) -> None:
        """Close the stream, whether or not what is left can be written."""
        try:
            self._stream.close()
        except OSError as error:
            self.error = error


@contextmanager
def sealing(place: Path, recipients: list[Recipient]) -> Iterator[IO[bytes]]:
    """Give a stream whose bytes end up sealed in `place`; nothing is left there on failure."""
    if place.exists():
        raise Unsealable(place.name, "een bestand dat er al is", "een nieuwe naam")
    part = place.with_name(f".{place.name}.part")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    try:
        with os.fdopen(descriptor, "wb", buffering=0) as out:
            watched = _Watched(out)
            try:
                with _pumped_away(
                    lambda plain: pyrage.encrypt_io(plain, watched, recipients)
                ) as stream:
                    yield stream
            except (pyrage.EncryptError, BrokenPipeError):
                if watched.error is None:
                    raise
                raise Unsealable(
                    place.name,
                    f"een bestand dat niet te schrijven is ({refusal(watched.error)})",
                    "een plaats met ruimte",
                ) from None
            os.fsync(out.fileno())
        part.rename(place)
    finally:
        part.unlink(missing_ok=True)


@contextmanager
def _pumped_away(sink: Callable[[IO[bytes]], None]) -> Iterator[IO[bytes]]:
    """Give a stream that a thread empties into `sink`; what goes wrong there is raised here."""
    failed: list[BaseException] = []
    read_end, write_end = os.pipe()

    def pump() -> None:
        try:
            with os.fdopen(read_end, "rb") as plain:
                sink(plain)
        except BaseException as error:
            failed.append(error)

    thread = threading.Thread(target=pump, name="sealing")
    stream = os.fdopen(write_end, "wb")
    thread.start()
    try:
        try:
            yield stream
        finally:
            # Closing writes what is left; the pump that failed has closed its end already.
            with suppress(BrokenPipeError):
                stream.close()
            thread.join()
    except BrokenPipeError:
        if not failed:
            raise
    if failed:
        raise failed[0]


@contextmanager
def unsealing(place: Path, identities: list[Identity]) -> Iterator[IO[bytes]]:
    """Give the bytes sealed in `place`; raises Unsealable when key or file is not right.

    What was read counts only after this ends well: only then is it sure that nothing was cut off.
    """
    with place.open("rb") as sealed:
        if not sealed.peek(len(INTRODUCTION)).startswith(INTRODUCTION):
            raise Unsealable(place.name, "een ander soort bestand", "een back-up van Ooievaar")
        failed: list[BaseException] = []
        read_end, write_end = os.pipe()
        pipe = _Watched(os.fdopen(write_end, "wb"))

        def pump() -> None:
            try:
                pyrage.decrypt_io(sealed, pipe, identities)
            except BaseException as error:
                failed.append(error)
            finally:
                pipe.close()

        thread = threading.Thread(target=pump, name="unsealing")
        thread.start()
        try:
            with os.fdopen(read_end, "rb") as stream:
                yield stream
                while stream.read(READ_BYTES):
                    pass
        except Exception:
            thread.join()
            # What was cut off reads as a broken archive: the deeper reason comes first.
            if failed and pipe.error is None:
                raise _explained(place, failed[0]) from None
            raise
        finally:
            thread.join()
        if failed:
            raise _explained(place, failed[0]) from None


def _explained(place: Path, error: BaseException) -> Unsealable:
    """Tell in our words why the sealer could not open a file."""
    if "matching keys" in str(error):
        return Unsealable(
            place.name,
            "een bestand dat met deze sleutel niet te openen is",
            "de sleutel waarmee het gemaakt is",
        )
    return Unsealable(
        place.name, "een bestand dat beschadigd of afgekapt is", "het hele bestand, ongewijzigd"
    )
