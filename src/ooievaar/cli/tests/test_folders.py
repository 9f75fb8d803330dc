"""`ooievaar snapshot`, and `ooievaar derive` of what it wrote."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.cli import deriving, folders
from ooievaar.kernel.faults import InputRejected
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.models import Consent, Pregnancy
from ooievaar.settlement.tests.region import Region
from ooievaar.ui.tests.real_database import RealDatabase

pytestmark = pytest.mark.django_db
DAYS = ["--until", "2025-10-01", "--known-until", "2025-10-01"]


@pytest.fixture
def region(real_database: RealDatabase) -> Region:
    """What is committed: a snapshot is read by a second connection too."""
    region = Region()
    region.usual_care()
    return region


def run(*words: object) -> Any:
    app = typer.Typer()
    deriving.register(app)
    folders.register(app)
    return CliRunner().invoke(app, [str(word) for word in words])


def refusal(*words: object) -> str:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    return str(result.exception.faults[0])


def test_a_snapshot_leaves_with_a_trace_and_is_derived(region: Region, tmp_path: Path) -> None:
    place, key, out = tmp_path / "snapshot", tmp_path / "key", tmp_path / "out"
    made = run("snapshot", "--output", place, "--key-file", key, "--new-key", "--region", 3, *DAYS)
    assert made.exit_code == 0, made.output
    assert "1 zwangerschappen, 7 activiteiten" in " ".join(made.output.split())
    event = AccessEvent.objects.get(kind=Kind.EXPORT)
    assert (event.object_type, event.object_id) == ("snapshot", "03")
    assert event.detail["women"] == "without_objections"
    derived = run("derive", "--input", place, "--output", out)
    assert derived.exit_code == 0, derived.output
    about = json.loads((out / "about.json").read_text())
    assert (about["regions"], about["until"]) == (["03"], str(date(2025, 10, 1)))
    assert about["rows"]["dispositions"] == 7
    assert about["cents"]["products"] == about["cents"]["divided"] > 0


def test_who_objects_is_in_it_only_when_that_is_asked(region: Region, tmp_path: Path) -> None:
    woman = Pregnancy.objects.get().woman
    said = {"purpose": "quality", "is_given": False, "recorded_at": timezone.now()}
    Consent.objects.create(woman=woman, **said)
    key = tmp_path / "key"
    words = ("snapshot", "--key-file", key, *DAYS, "--output")
    usual = run(*words, tmp_path / "usual", "--new-key")
    assert "0 zwangerschappen, 0 activiteiten" in " ".join(usual.output.split()), usual.output
    assert "weggelaten op hun bezwaar: 1 vrouwen" in " ".join(usual.output.split())
    whole = run(*words, tmp_path / "whole", "--whole")
    assert "1 zwangerschappen, 7 activiteiten" in " ".join(whole.output.split()), whole.output
    asked = AccessEvent.objects.filter(kind=Kind.EXPORT).order_by("pk")
    assert [one.detail["women"] for one in asked] == ["without_objections", "all"]


def test_a_key_does_not_travel_with_what_it_closes(region: Region, tmp_path: Path) -> None:
    place = tmp_path / "out"
    words = ("snapshot", "--output", place, "--key-file", place / "key", "--new-key")
    assert "een andere plaats" in refusal(*words)
    assert not place.exists()


def test_a_region_has_a_number(region: Region, tmp_path: Path) -> None:
    words = ("snapshot", "--output", tmp_path / "out", "--key-file", tmp_path / "key", "--new-key")
    assert "1 tot en met 511" in refusal(*words, "--region", 512)


@pytest.mark.parametrize(
    "words",
    [
        ("--input", "in"),
        ("--output", "out"),
        ("--input", "in", "--output", "out", "--all"),
        ("--input", "in", "--output", "out", "--until", "2025-01-01"),
        ("--engine", "spark"),
    ],
)
def test_folders_and_the_database_are_not_mixed(words: tuple[str, ...]) -> None:
    assert "--input" in refusal("derive", *words)


def test_without_spark_it_says_so(
    region: Region, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.delenv("JAVA_HOME", raising=False)
    told = refusal("derive", "--engine", "spark", "--input", tmp_path, "--output", tmp_path / "out")
    assert "Java is niet gevonden" in told or "PySpark is niet" in told
