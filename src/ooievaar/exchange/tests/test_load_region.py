"""Region tables: what is wrong is told with its place, and nothing is half-stored."""

from collections.abc import Callable
from datetime import date

import pyarrow as pa
import pytest

from ooievaar.contracts.models import Contract, ParallelCare, Tariff
from ooievaar.exchange.commands import LoadResult, load_region
from ooievaar.exchange.tables import TABLES
from ooievaar.exchange.tests.region_rows import TODAY, Region, as_arrow, tiny_region
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Insurer, Membership, Organisation
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, PregnancyVersion, Woman

pytestmark = pytest.mark.django_db

Spoil = Callable[[Region], object]


def load(region: Region, today: date = TODAY) -> LoadResult:
    return load_region(as_arrow(region), recorded_on=today, today=today)


def faults_of(region: Region) -> list[Fault]:
    with pytest.raises(InputRejected) as rejected:
        load(region)
    return rejected.value.faults


def test_the_example_rows_are_a_region_that_can_be_stored() -> None:
    result = load(tiny_region())
    assert result.rows_stored == 18
    assert Membership.objects.get().valid_until == FAR_DATE
    assert Contract.objects.get().insurer == Insurer.objects.get()
    assert ParallelCare.objects.get().code == "L-HB"
    assert Tariff.objects.get().cents == 123450
    version = PregnancyVersion.objects.get()
    assert (version.labour_minute, version.placenta_minute) == (220, 595)
    intake = CareActivity.objects.get(source="region", source_reference="A-1")
    assert intake.pregnancy == Pregnancy.objects.get()
    assert intake.performed_minute == 570
    assert intake.organisation.agb == "08000001"
    assert CareActivity.objects.get(source_reference="A-2").withdrawal.reason == "dubbel ingevoerd"


def test_the_same_region_twice_changes_nothing_also_on_another_day() -> None:
    region = tiny_region()
    for table in ("activities", "pregnancies", "withdrawals"):
        for row in region[table]:
            row["recorded_on"] = ""
    load(region)
    again = load(region, date(2026, 4, 1))
    assert again.stored == {}
    assert sum(again.skipped.values()) == 18
    assert set(CareActivity.objects.values_list("recorded_on", flat=True)) == {TODAY}


def test_typed_tables_are_stored_like_texts() -> None:
    tables = as_arrow(tiny_region())
    activities = pa.table(
        {
            "source": ["record"],
            "reference": ["S-1"],
            "woman": ["V-1"],
            "organisation_agb": ["08000001"],
            "code": ["V-CON"],
            "performed_on": pa.array([date(2025, 5, 1)], pa.date32()),
            "performed_time": pa.array([None], pa.string()),
            "quantity": pa.array([2], pa.int32()),
            "billed_mono": pa.array([True]),
            "recorded_on": pa.array([date(2025, 5, 2)], pa.date32()),
        }
    )
    load_region({**tables, "activities": activities, "withdrawals": tables["withdrawals"].slice(0,
    0)},
                recorded_on=TODAY, source_name="sim")  # fmt: skip
    stored = CareActivity.objects.get()
    assert (stored.performed_on, stored.quantity, stored.billed_mono) == (date(2025, 5, 1), 2, True)
    assert stored.performed_minute is None


def test_a_newer_version_of_a_pregnancy_is_added_beside_the_old_one() -> None:
    region = tiny_region()
    load(region)
    region["pregnancies"][0].update(recorded_on="2025-12-01", children="2")
    assert load(region).stored == {"pregnancies": 1}
    assert list(PregnancyVersion.objects.values_list("children", flat=True)) == [1, 2]


def more(region: Region, table: str, **changes: str) -> None:
    region[table].append({**region[table][0], **changes})


def change(region: Region, table: str, **changes: str) -> None:
    region[table][0].update(changes)


SPOILED: list[tuple[str, Spoil, str, int, str, str, str]] = [
    # what is wrong | how | file, row, column | found | expected
    ("decimal comma", lambda r: change(r, "tariffs", cents="1234,50"),
     "tariffs", 2, "cents", '"1234,50"', "hele eurocenten zonder komma"),
    ("text for a number", lambda r: change(r, "activities", quantity="twee"),
     "activities", 2, "quantity", '"twee"', "een heel getal"),
    ("too large a number", lambda r: change(r, "pregnancies", children="12"),
     "pregnancies", 2, "children", '"12"', "een getal van 1 tot en met 9"),
    ("no value", lambda r: change(r, "activities", code=""),
     "activities", 2, "code", "niets", "een waarde"),
    ("a day that is not", lambda r: change(r, "activities", performed_on="2025-02-30"),
     "activities", 2, "performed_on", '"2025-02-30"', "een bestaande datum"),
    ("a Dutch date", lambda r: change(r, "activities", performed_on="03-03-2025"),
     "activities", 2, "performed_on", '"03-03-2025"', "geschreven als 2025-01-31"),
    ("a day to come", lambda r: change(r, "activities", performed_on="2026-03-02"),
     "activities", 2, "performed_on", '"2026-03-02"', "niet na vandaag (2026-03-01)"),
    ("a day before the rule book", lambda r: change(r, "activities", performed_on="2016-12-31"),
     "activities", 2, "performed_on", '"2016-12-31"', "van 2017-01-01"),
    ("a time that is not", lambda r: change(r, "activities", performed_time="24:00"),
     "activities", 2, "performed_time", '"24:00"', "een tijd"),
    ("neither yes nor no", lambda r: change(r, "activities", billed_mono="misschien"),
     "activities", 2, "billed_mono", '"misschien"', "ja of nee"),
    ("a value that is not offered", lambda r: change(r, "memberships", kind="lid"),
     "memberships", 2, "kind", '"lid"', "een van: voting, advisory"),
    ("AGB without its zero", lambda r: change(r, "organisations", agb="8000001"),
     "organisations", 2, "agb", '"8000001"', "acht cijfers"),
    ("UZOVI of three digits", lambda r: change(r, "insurers", uzovi="901"),
     "insurers", 2, "uzovi", '"901"', "vier cijfers"),
    ("BSN that fails the eleven-test", lambda r: change(r, "women", bsn="123456789"),
     "women", 2, "bsn", "******789", "elfproef"),
    ("a name that is too long", lambda r: change(r, "organisations", city="x" * 81),
     "organisations", 2, "city", '"xxx', "ten hoogste 80 tekens"),
    ("an organisation nobody knows", lambda r: change(r, "activities", organisation_agb="08999999"),
     "activities", 2, "organisation_agb", '"08999999"', "uit de tabel organisations"),
    ("a key twice", lambda r: more(r, "activities"),
     "activities", 4, "source", '"region, A-1"', "eerder in regel 2"),
    ("a code that is not in the catalogue", lambda r: change(r, "activities", code="V-NIET"),
     "activities", 2, "code", '"V-NIET"', "catalogus van het regelboek op 2025-03-03"),
    ("a product that is not", lambda r: change(r, "tariffs", product="prenataal"),
     "tariffs", 2, "product", '"prenataal"', "prenatal_complex"),
    ("a parallel code that is not", lambda r: change(r, "contracts", parallel_codes="L-HB L-ZZ"),
     "contracts", 2, "parallel_codes", '"L-ZZ"', "catalogus"),
    ("a source without a rank", lambda r: change(r, "activities", source="vriend"),
     "activities", 2, "source", '"vriend"', "een van: record"),
    ("a membership that overlaps itself",
     lambda r: more(r, "memberships", kind="advisory", valid_from="2025-06-01"),
     "memberships", 3, "valid_from", '"2025-06-01"', "overlapt met 2025-01-01 en later"),
    ("a coverage that overlaps itself",
     lambda r: more(r, "coverages", valid_from="2025-02-01", valid_until="2025-03-01"),
     "coverages", 3, "valid_from", '"2025-02-01"', "overlapt"),
    ("a contract that overlaps another of the insurer",
     lambda r: more(r, "contracts", reference="C-2", valid_from="2025-12-31"),
     "contracts", 3, "valid_from", '"2025-12-31"', "overlapt"),
    ("a period that ends before it starts",
     lambda r: change(r, "suppliers", valid_until="2024-01-01"),
     "suppliers", 2, "valid_until", '"2024-01-01"', "een dag na 2025-01-01"),
    ("tariffs that overlap",
     lambda r: more(r, "tariffs", valid_from="2025-07-01"),
     "tariffs", 3, "valid_from", '"2025-07-01"', "overlapt"),
    ("tariffs with a hole in the contract's period",
     lambda r: change(r, "tariffs", valid_until="2025-11-01"),
     "tariffs", 2, "valid_from", '"geen tarief van 2025-11-01 tot 2026-01-01"', "C-2025"),
    ("shares that do not add up", lambda r: change(r, "agreement_shares", ppm="990000"),
     "agreement_shares", 2, "ppm", '"samen 990000"', "samen 1000000"),
    ("member shares that do not add up", lambda r: change(r, "agreement_members", ppm="1"),
     "agreement_members", 2, "ppm", '"samen 1"', "Verdeling 2025, midwives"),
    ("a pregnancy that ends before it begins",
     lambda r: change(r, "pregnancies", ended_on="2025-03-01", birth_on="2025-03-01",
                      labour_on="", labour_time="", placenta_on="", placenta_time=""),
     "pregnancies", 2, "ended_on", '"2025-03-01"', "op of na first_intake_on (2025-03-03)"),
    ("an end without a day", lambda r: change(r, "pregnancies", end_kind="miscarriage",
     ended_on=""),
     "pregnancies", 2, "ended_on", "niets", "end_kind is miscarriage"),
    ("a day of an end that was not", lambda r: change(r, "pregnancies", end_kind="ongoing",
     birth_on=""),
     "pregnancies", 2, "ended_on", '"2025-09-28"', "leeg, want end_kind is ongoing"),
    ("a birth without a birth date", lambda r: change(r, "pregnancies", birth_on=""),
     "pregnancies", 2, "birth_on", "niets", "een geboortedag"),
    ("labour after the birth", lambda r: change(r, "pregnancies", labour_on="2025-09-29"),
     "pregnancies", 2, "labour_on", '"2025-09-29"', "niet na de geboorte"),
    ("a due date that fits no intake", lambda r: change(r, "pregnancies", due_on="2026-06-01"),
     "pregnancies", 2, "due_on", '"2026-06-01"', "past bij first_intake_on"),
    ("an insurer that follows itself", lambda r: change(r, "insurers", follows_uzovi="9001"),
     "insurers", 2, "follows_uzovi", '"9001"', "een andere verzekeraar"),
    ("a withdrawal of nothing", lambda r: change(r, "withdrawals", reference="A-9"),
     "withdrawals", 2, "reference", '"A-9"', "een activiteit van deze bron"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("spoil", "file", "row", "column", "found", "expected"),
    [case[1:] for case in SPOILED],
    ids=[case[0] for case in SPOILED],
)
def test_what_is_wrong_is_told_with_its_place(
    spoil: Spoil, file: str, row: int, column: str, found: str, expected: str
) -> None:
    region = tiny_region()
    spoil(region)
    faults = faults_of(region)
    told = [f for f in faults if (f.file, f.row, f.column) == (file, row, column)]
    assert any(f.found.startswith(found) and expected in f.expected for f in told), faults
    assert not Organisation.objects.exists()
    assert not Woman.objects.exists()


def test_every_fault_of_every_table_is_told_at_once() -> None:
    region = tiny_region()
    change(region, "tariffs", cents="12,50")
    change(region, "women", birth_date="1993-13-01")
    change(region, "activities", code="V-NIET", quantity="x")
    places = {(f.file, f.column) for f in faults_of(region)}
    assert places >= {("tariffs", "cents"), ("women", "birth_date"),
                      ("activities", "code"), ("activities", "quantity")}  # fmt: skip


def test_an_activity_on_the_pregnancy_of_another_woman_is_refused() -> None:
    region = tiny_region()
    more(region, "women", reference="V-2")
    change(region, "activities", woman="V-2")
    [fault] = faults_of(region)
    assert (fault.file, fault.row, fault.column) == ("activities", 2, "pregnancy")
    assert fault.expected == "een zwangerschap van dezelfde vrouw"


def test_one_bsn_for_two_women_is_refused_without_showing_it() -> None:
    region = tiny_region()
    change(region, "women", bsn="999910413")
    more(region, "women", reference="V-2")
    [fault] = faults_of(region)
    assert (fault.row, fault.column, fault.found) == (3, "bsn", "******413")


def test_insurers_that_follow_each_other_in_a_circle_are_refused() -> None:
    region = tiny_region()
    change(region, "insurers", follows_uzovi="9002")
    more(region, "insurers", uzovi="9002", follows_uzovi="9001")
    assert {f.row for f in faults_of(region)} == {2, 3}


def test_a_bsn_used_as_a_reference_is_never_shown() -> None:
    region = tiny_region()
    change(region, "activities", woman="999910413")
    assert all("999910413" not in str(fault) for fault in faults_of(region))


def test_unknown_and_missing_columns_are_told() -> None:
    tables = as_arrow(tiny_region())
    tables["women"] = tables["women"].rename_columns(
        ["referentie", *tables["women"].column_names[1:]]
    )
    with pytest.raises(InputRejected) as rejected:
        load_region(tables, recorded_on=TODAY, today=TODAY)
    columns = {(f.file, f.row, f.column): f for f in rejected.value.faults}
    assert columns["women", 1, "referentie"].found == '"een onbekende kolom"'
    assert columns["women", 1, "reference"].expected == "deze kolom"


def test_what_is_stored_with_other_content_is_refused() -> None:
    region = tiny_region()
    load(region)
    change(region, "activities", code="V-CON")
    change(region, "women", postcode="9999 ZZ")
    faults = {(f.file, f.row, f.column): f for f in faults_of(region)}
    assert faults["activities", 2, "code"].expected == "wat er al is opgeslagen: V-INT"
    assert "1234 AB" not in faults["women", 2, "postcode"].expected
    assert CareActivity.objects.count() == 2


def test_a_period_that_overlaps_a_stored_one_is_refused() -> None:
    region = tiny_region()
    load(region)
    later = {"coverages": [{**region["coverages"][0], "valid_from": "2025-06-01"}]}
    assert [(f.row, f.column) for f in faults_of(later)] == [(2, "valid_from")]
    assert Coverage.objects.count() == 1


def test_every_table_of_the_declaration_is_stored() -> None:
    stored = load(tiny_region()).stored
    assert set(stored) == {table.name for table in TABLES}


def test_a_column_that_stands_twice_is_told() -> None:
    tables = as_arrow(tiny_region())
    women = tables["women"]
    names = ["reference" if name == "name" else name for name in women.column_names]
    tables["women"] = pa.Table.from_arrays(women.columns, names=names)
    with pytest.raises(InputRejected) as rejected:
        load_region(tables, recorded_on=TODAY)
    assert any("twee keer" in f.found and f.column == "reference" for f in rejected.value.faults)
