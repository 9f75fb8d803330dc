"""A region goes into one sealed file while people work, and comes back whole or not at all.

Each story runs on SQLite and on a PostgreSQL server of its own; every database is new.
"""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import count
from pathlib import Path
from typing import Any

import dj_database_url
import psycopg
import pytest
import typer
from django.conf import settings as django_settings
from django.db import DatabaseError, connections
from django.db.utils import ConnectionHandler
from pytest_django.plugin import DjangoDbBlocker
from typer.testing import CliRunner

from ooievaar.cli import backup as commands
from ooievaar.cli.database import prepare_database
from ooievaar.network.models import Organisation, Person
from ooievaar.record.access_log.actors import SYSTEM
from ooievaar.record.access_log.anchors import anchor_if_due
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.access_log.noting import Look
from ooievaar.record.models import Woman
from ooievaar.record.relations import add_consents
from ooievaar.settlement.models import Share
from ooievaar.storage.sealed import make_key, read_recipients, sealing
from ooievaar.web.tests.small_region import small_region
from tools.postgres import running_postgres

AWKWARD = "Praktijk \\N 't\tHart\r\nén 日本 \\t"
SAID_AT = datetime(2026, 1, 5, 9, tzinfo=UTC)
numbers = count(1)


@dataclass
class Place:
    """A data folder with a database: where a region is, or may come."""

    data: Path
    address: str

    @contextmanager
    def here(self) -> Iterator[None]:
        """Let this thread work on this place."""
        usual = connections["default"]
        parsed = dj_database_url.parse(self.address)
        if "sqlite" in parsed["ENGINE"]:
            parsed["OPTIONS"] = django_settings.DATABASES["default"].get("OPTIONS", {})
        connections["default"] = ConnectionHandler({"default": parsed})["default"]
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(django_settings, "DATA", self.data)
            try:
                yield
            finally:
                connections["default"].close()
                connections["default"] = usual


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_postgres() as address:
        with psycopg.connect(address, autocommit=True) as opened:
            # It lives as long as these tests: nothing has to outlive a power cut.
            opened.execute("ALTER SYSTEM SET fsync = off")
            opened.execute("SELECT pg_reload_conf()")
        yield address


Make = Callable[[str], Place]


@pytest.fixture
def new_place(
    tmp_path: Path, request: pytest.FixtureRequest, django_db_blocker: DjangoDbBlocker
) -> Iterator[Make]:
    """Make an empty place with this engine."""

    def make(engine: str) -> Place:
        data = tmp_path / f"{engine}-{next(numbers)}"
        if engine == "sqlite":
            return Place(data, f"sqlite:///{data / 'ooievaar.sqlite3'}")
        server = request.getfixturevalue("server")
        name = f"herstel_{next(numbers)}"
        with psycopg.connect(server, autocommit=True) as opened:
            opened.execute(f"CREATE DATABASE {name}")
        return Place(data, f"{server.rpartition('/')[0]}/{name}")

    with django_db_blocker.unblock():
        yield make


@dataclass
class Kept:
    """A region that was made once, and its backup."""

    folder: Path
    file: Path
    key: Path
    rows: dict[str, list[tuple[Any, ...]]] = field(default_factory=dict)

    @property
    def place(self) -> Place:
        return Place(self.folder, f"sqlite:///{self.folder / 'ooievaar.sqlite3'}")


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, django_db_blocker: DjangoDbBlocker) -> Kept:
    """A small region with people, closings, an access log with an anchor, and awkward text."""
    folder = tmp_path_factory.mktemp("regio")
    made = Kept(folder / "bron", folder / "regio.age", folder / "sleutel")
    make_key(made.key)
    with django_db_blocker.unblock(), made.place.here():
        prepare_database()
        small_region()
        Organisation.objects.create(agb="08019999", name=AWKWARD, discipline="midwives")
        Person.objects.create(username="weg").delete()
        Person.objects.create(username="blijft", date_joined=datetime(2026, 1, 1, tzinfo=UTC))
        women = list(Woman.objects.values_list("id", flat=True))
        add_consents((woman, None, None, True, SAID_AT) for woman in women)
        append([Look(Kind.READ, "pregnancy", "1", women=tuple(sorted(women)))], SYSTEM)
        anchor_if_due(datetime(2026, 11, 20, 12, tzinfo=UTC))
        append([Look(Kind.SIGN_OUT, "session")] * 3, SYSTEM)
        run("backup", str(made.file), "--key-file", f"{made.key}.pub")
        made.rows = every_row()
    return made


def consents_as_kept() -> list[tuple[Any, ...]]:
    """Return what women said as SQLite keeps it, a moment being a text."""
    with connections["default"].cursor() as cursor:
        cursor.execute("SELECT id, +recorded_at FROM record_consent ORDER BY id")
        return list(cursor.fetchall())


def run(*words: str) -> str:
    """Run a command that must succeed and return what it said."""
    done = invoked(*words)
    assert done.exit_code == 0, done.output
    return done.output


def invoked(*words: str) -> Any:
    app = typer.Typer()
    commands.register(app)
    return CliRunner().invoke(app, list(words))


def every_row() -> dict[str, list[tuple[Any, ...]]]:
    """Return all rows of all tables that a backup holds, read by Django."""
    from django.apps import apps

    from ooievaar.storage.backup import table_shapes

    models = {m._meta.db_table: m for m in apps.get_models(include_auto_created=True)}
    return {
        shape.name: list(models[shape.name].objects.order_by("pk").values_list(*shape.columns))
        for shape in table_shapes()
    }


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_region_comes_back_row_for_row_guarded_and_never_twice(
    new_place: Make, kept: Kept, engine: str
) -> None:
    place = new_place(engine)
    with place.here():
        said = run("restore", str(kept.file), "--key-file", str(kept.key))
        assert "gelijk aan het manifest" in said
        assert "Toegangslog: 4 gebeurtenissen, de keten sluit." in said
        assert "elke cent verdeeld" in said
        assert every_row() == kept.rows
        assert Organisation.objects.filter(name=AWKWARD).count() == 1
        assert [path.name for path in place.data.glob("anchors/*")] == ["2026-11-20.json"]
        assert not (place.data / "in-herstel").exists()

        with pytest.raises(DatabaseError, match="append-only"):
            Share.objects.update(cents=1)
        last = max(row[0] for row in kept.rows["network_person"])
        assert Person.objects.create(username="nieuw").pk == last + 1
        append([Look(Kind.SIGN_OUT, "session")], SYSTEM)
        assert AccessEvent.objects.latest("number").number == 5

        told = refused("restore", str(kept.file), "--key-file", str(kept.key))
        assert "een regio die er al is" in told
        assert AccessEvent.objects.count() == 5


def test_from_one_office_to_a_region_and_back_nothing_changes(new_place: Make, kept: Kept) -> None:
    """SQLite to PostgreSQL is the way an office grows; a second backup then goes back."""
    with new_place("postgresql").here():
        run("restore", str(kept.file), "--key-file", str(kept.key))
        again = kept.file.with_name("van-de-server.age")
        run("backup", str(again), "--key-file", str(kept.key))
    with kept.place.here():
        before = consents_as_kept()
    with new_place("sqlite").here():
        run("restore", str(again), "--key-file", str(kept.key))
        assert every_row() == kept.rows
        assert before and consents_as_kept() == before


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_backup_is_of_one_moment_while_others_go_on_writing(
    new_place: Make, kept: Kept, tmp_path: Path, engine: str
) -> None:
    """Each writer appends an event with its subjects: torn apart, the chain would not hold."""
    place, stop = new_place(engine), threading.Event()
    written: list[int] = []
    failed: list[BaseException] = []

    def write() -> None:
        try:
            with place.here():
                while not stop.is_set():
                    append([Look(Kind.READ, "pregnancy", "1", women=(1, 2, 3))], SYSTEM)
                    written.append(1)
        except BaseException as error:
            failed.append(error)

    with place.here():
        run("restore", str(kept.file), "--key-file", str(kept.key))
        writer = threading.Thread(target=write)
        writer.start()
        while len(written) < 20 and not failed:
            stop.wait(0.01)
        before, file = len(written), tmp_path / "tijdens.age"
        run("backup", str(file), "--key-file", str(kept.key))
        assert len(written) > before, "the writer was held up"
        stop.set()
        writer.join()
        assert not failed
        until = AccessEvent.objects.latest("number").number
    with new_place(engine).here():
        said = run("restore", str(file), "--key-file", str(kept.key))
        assert "de keten sluit" in said
        assert 24 <= AccessEvent.objects.latest("number").number < until


def flipped(content: bytes) -> bytes:
    middle = len(content) // 2
    return content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :]


@pytest.mark.parametrize(
    ("harm", "told"),
    [
        (lambda content: content[: len(content) // 2], "beschadigd of afgekapt"),
        (lambda content: content[:-1], "beschadigd of afgekapt"),
        (flipped, "beschadigd of afgekapt"),
        (lambda content: content[:100], "beschadigd of afgekapt"),
        (lambda content: b"PK\x03\x04" + content, "een ander soort bestand"),
        (lambda content: b"", "een ander soort bestand"),
    ],
    ids=["half", "one-byte-short", "one-bit", "head-only", "something-else", "empty"],
)
def test_a_harmed_file_restores_nothing(
    new_place: Make, kept: Kept, tmp_path: Path, harm: Callable[[bytes], bytes], told: str
) -> None:
    file = tmp_path / "stuk.age"
    file.write_bytes(harm(kept.file.read_bytes()))
    place = new_place("sqlite")
    with place.here():
        assert told in refused("restore", str(file), "--key-file", str(kept.key))
        assert not place.data.exists()


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_what_turns_out_harmed_while_it_is_loaded_restores_nothing(
    new_place: Make, kept: Kept, tmp_path: Path, engine: str
) -> None:
    """Through a pipe a backup is read once, so rows are in before the harm shows."""
    pipe, place = tmp_path / "stroom.age", new_place(engine)
    os.mkfifo(pipe)
    content = kept.file.read_bytes()
    giver = threading.Thread(target=pipe.write_bytes, args=(content[:-1],))
    giver.start()
    with place.here():
        told = refused("restore", str(pipe), "--key-file", str(kept.key))
        giver.join()
        assert "beschadigd of afgekapt" in told
        assert nothing_stands_in(place)


def refused(*words: str) -> str:
    """Run a command that must be refused in words, and return them."""
    done = invoked(*words)
    assert (done.exit_code, type(done.exception)) == (2, SystemExit), done.output
    assert "er is niets teruggezet" in done.output
    return str(done.output)


def nothing_stands_in(place: Place) -> bool:
    is_empty = "sqlite" in place.address or not Person.objects.exists()
    return is_empty and not any(place.data.iterdir())


def test_another_key_opens_nothing(new_place: Make, kept: Kept, tmp_path: Path) -> None:
    make_key(tmp_path / "andere")
    place = new_place("sqlite")
    with place.here():
        for key, told in (
            (tmp_path / "andere", "met deze sleutel niet te openen"),
            (kept.key.with_name("sleutel.pub"), "geen geheime sleutel"),
            (kept.file, "geen geheime sleutel"),
        ):
            done = invoked("restore", str(kept.file), "--key-file", str(key))
            assert done.exit_code == 2
            assert told in done.output


def repacked(kept: Kept, to: Path, change: Callable[[str, bytes], bytes | None]) -> Path:
    """Write the backup anew with some parts changed or gone: somebody who has the key."""
    import gzip
    import io
    import tarfile

    from ooievaar.storage.sealed import read_identities, unsealing

    with unsealing(kept.file, read_identities(kept.key)) as stream:
        plain = gzip.decompress(stream.read())
    with (
        tarfile.open(fileobj=io.BytesIO(plain)) as old,
        sealing(to, read_recipients(kept.key)) as out,
        gzip.open(out, "wb") as packed,
        tarfile.open(fileobj=packed, mode="w|") as new,
    ):
        for entry in old:
            member = old.extractfile(entry)
            assert member is not None
            content = change(entry.name, member.read())
            if content is not None:
                entry.size = len(content)
                new.addfile(entry, io.BytesIO(content))
    return to


@pytest.mark.parametrize(
    ("change", "told"),
    [
        (
            lambda name, content: content.replace(b'"0.1.0"', b'"0.0.9"').replace(
                b'"0001_initial"', b'"0000_eerder"'
            ),
            "Ooievaar 0.0.9 met andere tabellen",
        ),
        (
            lambda name, content: content.replace(b"blijft", b"andere"),
            "een deel waarvan de controlesom niet klopt",
        ),
        (
            lambda name, content: None if "settlement_share" in name else content,
            "een deel waarvan de controlesom niet klopt",
        ),
        (
            lambda name, content: None if name == "manifest.json" else content,
            "waaruit delen ontbreken",
        ),
    ],
    ids=["other-version", "other-row", "part-gone", "no-manifest"],
)
def test_what_does_not_fit_the_manifest_restores_nothing(
    new_place: Make,
    kept: Kept,
    tmp_path: Path,
    change: Callable[[str, bytes], bytes | None],
    told: str,
) -> None:
    file = repacked(kept, tmp_path / "anders.age", change)
    place = new_place("sqlite")
    with place.here():
        assert told in refused("restore", str(file), "--key-file", str(kept.key))
        assert not place.data.exists()


def test_a_region_that_testifies_otherwise_is_not_restored(
    new_place: Make, kept: Kept, tmp_path: Path
) -> None:
    def forget(name: str, content: bytes) -> bytes:
        return content.replace(b'"number": 4', b'"number": 3')

    file, place = repacked(kept, tmp_path / "anders.age", forget), new_place("sqlite")
    with place.here():
        told = refused("restore", str(file), "--key-file", str(kept.key))
        assert "een andere toegangslog of afsluiting" in told
        assert nothing_stands_in(place)


@pytest.mark.parametrize("engine", ["sqlite", "postgresql"])
def test_a_restore_that_is_killed_half_way_leaves_nothing_and_can_be_done_again(
    new_place: Make, kept: Kept, tmp_path: Path, engine: str
) -> None:
    """The file comes through a pipe that stops giving: the command is in the midst of loading."""
    place, content = new_place(engine), kept.file.read_bytes()
    slow = tmp_path / "traag.age"
    os.mkfifo(slow)
    process = subprocess.Popen(
        [sys.executable, "-m", "ooievaar.cli", "restore", str(slow), "--key-file", str(kept.key)],
        env=os.environ | {"OOIEVAAR_DATA": str(place.data), "OOIEVAAR_DATABASE_URL": place.address},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
    )
    with slow.open("wb", buffering=0) as given:
        # More than the pipe holds: this returns when the command has read most of it.
        given.write(content[:-2000])
        process.send_signal(signal.SIGKILL)
        process.wait()
    assert process.stderr is not None
    process.stderr.close()
    assert (place.data / "in-herstel").exists()
    assert not (place.data / "ooievaar.sqlite3").exists()
    with place.here():
        run("restore", str(kept.file), "--key-file", str(kept.key))
        assert every_row() == kept.rows
        assert not (place.data / "in-herstel").exists()


def test_nothing_readable_stands_in_the_file_or_beside_it(kept: Kept) -> None:
    content = kept.file.read_bytes()
    assert content.startswith(b"age-encryption.org/v1")
    for words in (b"Verloskundigen", b"network_person", b"manifest", b"blijft"):
        assert words not in content
    assert kept.file.stat().st_mode & 0o777 == 0o600
    assert kept.key.stat().st_mode & 0o777 == 0o600
    beside = {path.name for path in kept.file.parent.iterdir()}
    assert beside <= {"bron", "regio.age", "sleutel", "sleutel.pub", "van-de-server.age"}


def test_sessions_and_the_secret_key_stay_out(kept: Kept, tmp_path: Path) -> None:
    seen: dict[str, bytes] = {}
    repacked(kept, tmp_path / "zelfde.age", lambda name, content: seen.setdefault(name, content))
    assert not [name for name in seen if "session/" in name or "usersession/" in name]
    key = django_settings.SECRET_KEY.encode()
    assert not any(key in content for content in seen.values())


def test_a_key_or_a_backup_never_takes_the_place_of_another(
    kept: Kept, django_db_blocker: DjangoDbBlocker
) -> None:
    for words in (
        ("backup", "key", str(kept.key)),
        ("backup", str(kept.file), "--key-file", str(kept.key)),
    ):
        before = kept.key.read_bytes(), kept.file.read_bytes()
        with django_db_blocker.unblock(), kept.place.here():
            done = invoked(*words)
        assert done.exit_code == 2
        assert "een bestand dat er al is" in done.output
        assert (kept.key.read_bytes(), kept.file.read_bytes()) == before
