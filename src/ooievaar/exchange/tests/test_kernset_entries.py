"""A kernset dossier is a record too: every value has a place, its words are kept, or it is told."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ooievaar.exchange.kernset import Dossier, parse_kernset
from ooievaar.exchange.kernset_commands import KernsetResult, import_kernset
from ooievaar.exchange.kernset_entries import KernsetEntries, entries_of
from ooievaar.exchange.tests.test_kernset import FIXTURES, YEARS, T
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy, PregnancyVersion

TODAY = date(2026, 3, 1)
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST, SECOND = FIXTURES / "eerste_lijn.xml", FIXTURES / "tweede_lijn.xml"
SCENARIOS = ("scenario1-23", "scenario2_1elijn-23", "scenario2_2elijn-23", "scenario5-23",
             "scenario6-23")  # fmt: skip
PLACED_AT_LEAST, UNPLACED_AT_MOST = 384, 42


def entries(content: bytes) -> KernsetEntries:
    dossier = parse_kernset("d.xml", content, reference_on=T, years=YEARS, today=TODAY)
    assert isinstance(dossier, Dossier), dossier
    return entries_of(content, dossier, load(), T, TODAY)


def values(found: KernsetEntries, form: str) -> dict[tuple[str, int], str]:
    return {key: value for entry in found.entries if entry.form == form
            for key, value in entry.values.items()}  # fmt: skip


@pytest.fixture
def scenarios(shared_folder: Path) -> dict[str, bytes]:
    folder = shared_folder / "fhir" / "ada_lite_kernset"
    return {name: (folder / f"{name}.xml").read_bytes() for name in SCENARIOS}


def test_history_intake_contact_birth_and_child_have_their_forms(
    scenarios: dict[str, bytes],
) -> None:
    found = entries(scenarios["scenario1-23"])
    assert values(found, "intake") == {("gravidity", 0): "2", ("parity", 0): "1"}
    assert values(found, "anamnesis")["history_infection", 0] == "yes"
    assert "Herpes" in values(found, "anamnesis")["history_explanation", 0]
    assert values(found, "obstetric_history")["earlier_birth_mode", 1] == "spontaneous"
    assert values(found, "prenatal_contact")["weight", 0] == "70"
    mother, child = values(found, "birth_mother"), values(found, "birth_child")
    assert (mother["labour_date", 0], mother["labour_time", 0]) == ("2025-10-06", "14:30")
    assert (mother["blood_loss", 0], mother["perineum", 0]) == ("615", "first")
    assert (child["birth_date", 1], child["birth_weight", 1]) == ("2025-10-07", "3450")
    assert values(found, "kraam_child") == {("child_feeding", 1): "both"}
    assert values(found, "complication")["complications_pregnancy", 0] == "urinary"


def test_what_means_something_else_stays_words(scenarios: dict[str, bytes]) -> None:
    found = entries(scenarios["scenario1-23"])
    # None in this pregnancy is not never; a hospital is neither outpatient nor clinical.
    assert ("alcohol", 0) not in values(found, "lifestyle")
    assert "alcoholgebruik: geen" in values(found, "prenatal_contact")["findings", 0]
    second = entries(scenarios["scenario2_2elijn-23"])
    assert ("birth_place", 0) not in values(second, "birth_mother")
    assert "Ziekenhuis" in values(second, "birth_child")["child_remark", 1]


def test_how_much_of_the_dossiers_of_others_has_a_place(scenarios: dict[str, bytes]) -> None:
    """Fails when the placement gets worse; better figures go in here."""
    found = [entries(content) for content in scenarios.values()]
    unplaced = [one for each in found for one in each.unplaced]
    assert sum(each.placed for each in found) >= PLACED_AT_LEAST
    assert len(unplaced) <= UNPLACED_AT_MOST, unplaced
    assert all(why for _path, why in unplaced)


def read(*paths: Path) -> KernsetResult:
    return import_kernset(paths, reference_date=T, now=NOW)


@pytest.mark.django_db
def test_the_entries_stand_beside_the_activities_and_twice_is_once() -> None:
    first = read(FIRST, SECOND)
    assert first.entries.new == Entry.objects.filter(source="kernset").count() > 0
    assert not [one for one in first.entries.unplaced if "weigert" in one[2]]
    birth = Entry.objects.get(form="birth_child")
    assert birth.organisation.agb == "99000099"
    assert birth.person is None
    versions = PregnancyVersion.objects.count()
    again = read(SECOND, FIRST)
    assert (again.entries.new, again.entries.changed) == (0, 0)
    assert again.entries.known == first.entries.new
    assert PregnancyVersion.objects.count() == versions == 1


@pytest.mark.django_db
def test_the_entries_tell_no_other_pregnancy_than_the_dossiers(
    scenarios: dict[str, bytes], tmp_path: Path
) -> None:
    paths = []
    for name, content in scenarios.items():
        paths.append(tmp_path / f"{name}.xml")
        paths[-1].write_bytes(content)
    result = read(*paths)
    assert len(result.pregnancies) == Pregnancy.objects.count() == 4
    for pregnancy in Pregnancy.objects.all():
        told, newest = pregnancy.versions.first(), pregnancy.versions.last()
        assert told is not None and newest is not None
        assert (told.due_on, told.end_kind) == (newest.due_on, newest.end_kind)
