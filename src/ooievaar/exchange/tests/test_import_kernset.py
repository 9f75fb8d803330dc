"""`ooievaar import kernset`: into an empty database, and into a region that knows the providers."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from ooievaar.exchange.commands import load_region
from ooievaar.exchange.kernset_commands import KernsetResult, import_kernset
from ooievaar.exchange.tests.region_rows import TODAY, as_arrow, tiny_region
from ooievaar.exchange.tests.test_kernset import FIXTURES, T
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Organisation
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, PregnancyVersion, Woman

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
FIRST, SECOND = FIXTURES / "eerste_lijn.xml", FIXTURES / "tweede_lijn.xml"


def read(*paths: Path, providers: Path | None = None, uzovi: str = "") -> KernsetResult:
    return import_kernset(paths, reference_date=T, providers=providers, uzovi=uzovi, now=NOW)


@pytest.fixture
def providers(tmp_path: Path) -> Path:
    path = tmp_path / "providers.csv"
    path.write_text("lvr_id;agb\n2001;08000001\n0099;06000001\n")
    return path


@pytest.fixture
def region() -> None:
    rows = tiny_region()
    rows["coverages"] = rows["women"] = rows["pregnancies"] = rows["activities"] = []
    rows["withdrawals"] = []
    load_region(as_arrow(rows), recorded_on=TODAY, today=TODAY)


def test_an_empty_database_gets_organisations_of_their_own_and_no_contract() -> None:
    result = read(FIRST, SECOND)
    assert result.pregnancies == ["K-eerste-1"]
    assert set(Organisation.objects.values_list("agb", "discipline")) == {
        ("99002001", "midwives"), ("99000099", "hospital")}  # fmt: skip
    assert not Coverage.objects.exists()
    notes = " ".join(result.notes)
    assert "2001 (AGB 99002001) is niet toegewezen met --providers en is geen lid" in notes
    assert "zonder --insurer" in notes
    assert "nog geen IGO" in notes


@pytest.mark.usefixtures("region")
def test_in_a_region_the_dossiers_land_on_the_members_and_the_contract(providers: Path) -> None:
    result = read(FIRST, SECOND, providers=providers, uzovi="9001")
    assert [note for note in result.notes if "0099" not in note] == []
    [woman] = Woman.objects.all()
    assert (woman.bsn, woman.birth_date) == ("111222333", date(1994, 2, 3))
    [coverage] = woman.coverages.all()
    assert (coverage.insurer.uzovi, coverage.valid_from) == ("9001", date(2025, 4, 25))
    [version] = PregnancyVersion.objects.all()
    assert version.first_intake_organisation.agb == "08000001"
    assert (version.end_kind, version.birth_on, version.labour_minute) == (
        "birth",
        date(2025, 12, 11),
        255,
    )
    by_agb = CareActivity.objects.order_by("source_reference").values_list(
        "organisation__agb", "code"
    )
    assert set(by_agb) == {
        ("08000001", "V-INT"), ("08000001", "V-CON"), ("08000001", "V-VER"), ("08000001", "V-PAR"),
        ("06000001", "037651"), ("06000001", "G-KVM"), ("06000001", "039683"), ("06000001",
         "G-KBD"),
    }  # fmt: skip
    birth = CareActivity.objects.get(source="kernset", source_reference="tweede-1/baring")
    assert (birth.specialism, birth.performed_minute) == ("0307", 1120)
    assert birth.pregnancy == version.pregnancy


@pytest.mark.usefixtures("region")
def test_the_same_files_twice_change_nothing(providers: Path) -> None:
    read(FIRST, SECOND, providers=providers, uzovi="9001")
    again = read(SECOND, FIRST, providers=providers, uzovi="9001")
    assert again.loaded.stored == {}
    assert again.loaded.skipped == {"activities": 9}
    assert again.pregnancies == ["K-eerste-1"]


def test_the_second_line_may_come_later_on_the_same_day(providers: Path) -> None:
    read(FIRST, providers=providers)
    assert PregnancyVersion.objects.get().end_kind == "ongoing"
    later = read(SECOND, providers=providers)
    assert later.pregnancies == ["K-eerste-1"]
    assert Woman.objects.count() == Pregnancy.objects.count() == 1
    newest = Pregnancy.objects.get().versions.last()
    assert newest is not None
    assert (newest.end_kind, newest.first_intake_on) == ("birth", date(2025, 4, 25))
    assert read(SECOND, providers=providers).loaded.stored == {}


def test_a_pregnancy_of_the_region_is_filled_in_and_keeps_its_name(providers: Path) -> None:
    rows = tiny_region()
    rows["women"][0].update(bsn="111222333", birth_date="1994-02-03")
    rows["pregnancies"][0].update(
        due_on="2025-12-05", first_intake_on="2025-04-20", end_kind="ongoing", ended_on="",
        birth_on="", labour_on="", labour_time="", placenta_on="", placenta_time="",
    )  # fmt: skip
    rows["activities"], rows["withdrawals"] = [], []
    load_region(as_arrow(rows), recorded_on=TODAY, today=TODAY)
    result = read(FIRST, SECOND, providers=providers)
    assert result.pregnancies == ["Z-1"]
    newest = Pregnancy.objects.get().versions.last()
    assert newest is not None
    assert (newest.first_intake_on, newest.due_on) == (date(2025, 4, 20), date(2025, 12, 5))
    assert (newest.end_kind, newest.labour_minute) == ("birth", 255)
    assert Woman.objects.count() == 1


def test_several_files_are_all_or_nothing(tmp_path: Path) -> None:
    bad = tmp_path / "kapot.xml"
    bad.write_text("<kernset_geboortezorg>")
    with pytest.raises(InputRejected) as rejected:
        read(FIRST, bad, tmp_path / "weg.xml")
    assert [fault.file for fault in rejected.value.faults] == ["kapot.xml", "weg.xml"]
    assert not Woman.objects.exists()


def test_one_dossier_in_two_files_is_refused(tmp_path: Path) -> None:
    copy = tmp_path / "kopie.xml"
    copy.write_bytes(FIRST.read_bytes())
    with pytest.raises(InputRejected) as rejected:
        read(FIRST, copy)
    assert rejected.value.faults[0].column == "dossiernummer"


def test_a_dossier_that_says_otherwise_than_before_is_refused(tmp_path: Path) -> None:
    read(FIRST)
    changed = tmp_path / "anders.xml"
    old, new = (f'datum_start_zorgverantwoordelijkheid value="T-{days}D"' for days in (250, 251))
    changed.write_text(FIRST.read_text().replace(old, new))
    with pytest.raises(InputRejected) as rejected:
        read(changed)
    [fault] = rejected.value.faults
    assert (fault.file, fault.column) == ("anders.xml", "performed_on")
    assert fault.expected == "wat er al is opgeslagen: 2025-04-25"
    assert PregnancyVersion.objects.count() == 1


@pytest.mark.parametrize(
    ("content", "column", "expected"),
    [
        ("lvr_id,agb\n", "", '";"'),
        ("lvr_id;code\n2001;08000001\n", "agb", "deze kolom"),
        ("lvr_id;agb\n2001;8000001\n", "agb", "acht cijfers"),
        ("lvr_id;agb\n2001;08000001\n2001;08000002\n", "lvr_id", "nog niet voorkwam"),
        ("lvr_id;agb;name;discipline\n2001;08000001;x;dokter\n", "discipline", "midwives"),
    ],
)
def test_a_wrong_providers_file_is_told(
    tmp_path: Path, content: str, column: str, expected: str
) -> None:
    path = tmp_path / "providers.csv"
    path.write_text(content)
    with pytest.raises(InputRejected) as rejected:
        read(FIRST, providers=path)
    told = [f for f in rejected.value.faults if f.column == column and expected in f.expected]
    assert told, rejected.value.faults


def test_a_wrong_insurer_is_told() -> None:
    with pytest.raises(InputRejected) as rejected:
        read(FIRST, uzovi="90011")
    assert "--insurer" in str(rejected.value.faults[0])


def test_two_pregnancies_of_one_woman_in_one_go(tmp_path: Path) -> None:
    earlier = tmp_path / "eerder.xml"
    text = FIRST.read_text().replace("eerste-1", "eerder-1")
    for days in ("250", "100", "25", "20"):
        text = text.replace(f"T-{days}D", f"T-{int(days) + 700}D")
    earlier.write_text(text)
    result = read(FIRST, earlier)
    assert result.pregnancies == ["K-eerder-1", "K-eerste-1"]
    assert Woman.objects.count() == 1


def test_the_dossiers_that_others_wrote_are_stored(shared_folder: Path) -> None:
    files = sorted((shared_folder / "fhir" / "ada_lite_kernset").glob("scenario*.xml"))
    result = read(*files, uzovi="9001")
    assert len(result.pregnancies) == 4
    assert Woman.objects.count() == 4
    assert CareActivity.objects.count() == 24
    assert read(*files, uzovi="9001").loaded.stored == {}
