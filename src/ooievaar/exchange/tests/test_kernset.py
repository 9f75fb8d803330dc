"""A kernset is read with care: what is none, or cannot be, is told with file, line and element."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from ooievaar.exchange import kernset
from ooievaar.exchange.kernset import Dossier, parse_kernset
from ooievaar.exchange.kernset_moments import Moment, read_moment
from ooievaar.kernel.faults import Fault
from ooievaar.kernel.period import Period

FIXTURES = Path(__file__).parent / "fixtures"
T = date(2025, 12, 31)
YEARS = Period(date(2017, 1, 1), date(2028, 1, 1))


def parse(content: bytes, today: date = date(2026, 3, 1)) -> Dossier | list[Fault]:
    return parse_kernset("d.xml", content, reference_on=T, years=YEARS, today=today)


def dossier(name: str) -> Dossier:
    read = parse((FIXTURES / name).read_bytes())
    assert isinstance(read, Dossier), read
    return read


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("T", Moment(T)),
        ("T-1D", Moment(date(2025, 12, 30))),
        ("T+2W", Moment(date(2026, 1, 14))),
        ("T-1M", Moment(date(2025, 11, 30))),
        ("T-22M", Moment(date(2024, 2, 29))),
        ("T-39Y", Moment(date(1986, 12, 31))),
        ("T-86D{14:30}", Moment(date(2025, 10, 6), 870)),
        ("T-86D{14:30:59}", Moment(date(2025, 10, 6), 870)),
        ("2025-01-31", Moment(date(2025, 1, 31))),
        ("2025-01-31T09:05:00+01:00", Moment(date(2025, 1, 31), 545)),
        ("T-86D{24:30}", None),
        ("T-99999Y", None),
        ("2025-02-30", None),
        ("31-01-2025", None),
        ("gisteren", None),
    ],
)
def test_days_are_read_as_kernset_files_write_them(text: str, moment: Moment | None) -> None:
    assert read_moment(text, T) == moment


def test_a_dossier_is_read() -> None:
    read = dossier("eerste_lijn.xml")
    assert (read.number, read.lvr_id, read.bsn, read.postcode) == (
        "eerste-1", "2001", "111222333", "1234AB")  # fmt: skip
    assert read.born_on == date(1994, 2, 3)
    assert read.periods == {1, 2, 3}
    assert read.due_on == date(2025, 12, 6)
    assert read.labour == Moment(date(2025, 12, 11), 255)
    [referral] = read.referrals
    assert (referral.on, referral.from_number, referral.to_number) == (
        date(2025, 12, 11),
        "2001",
        "0099",
    )
    [child] = dossier("tweede_lijn.xml").children
    assert (child.born, child.pain_relief) == (Moment(date(2025, 12, 11), 1120), ("18946005",))


FIRST = (FIXTURES / "eerste_lijn.xml").read_bytes()


def swapped(old: str, new: str) -> Callable[[], bytes]:
    assert old.encode() in FIRST
    return lambda: FIRST.replace(old.encode(), new.encode(), 1)


ENTITIES = '<?xml version="1.0"?><!DOCTYPE k [<!ENTITY a "b"><!ENTITY c "&a;&a;">]><k>&c;</k>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE k SYSTEM "file:///etc/passwd"><k/>'

BAD: list[tuple[str, Callable[[], bytes], int | None, str, str, str]] = [
    # what | content | line, element | found | expected
    ("no XML", lambda: b"reference;woman", 1, "", "XML die niet klopt", "heel XML-bestand"),
    ("nothing", lambda: b" ", None, "", "een leeg bestand", "<kernset_geboortezorg>"),
    ("cut short", lambda: FIRST[: FIRST.index(b"</vrouw>")], 43, "", "XML die niet klopt",
     "heel XML-bestand"),
    ("entities", lambda: ENTITIES.encode(), 1, "DOCTYPE", "een DOCTYPE", "zonder DOCTYPE"),
    ("a file from outside", lambda: OUTSIDE.encode(), 1, "DOCTYPE", "een DOCTYPE",
     "zonder DOCTYPE"),
    ("another root", lambda: b"<Patient/>", 1, "", "<Patient>", "<kernset_geboortezorg>"),
    ("no dossier number", swapped('<dossiernummer value="eerste-1"/>', ""), 44, "dossiernummer",
     "niets", "een nummer"),
    ("no provider", swapped('<zorginstelling_lvrid value="2001"/>', ""), 33, "zorginstelling_lvrid",
     "niets", "LVR-nummer"),
    ("a day that cannot be", swapped("T-250D", "2025-02-30"), 4,
     "datum_start_zorgverantwoordelijkheid",
     '"2025-02-30"', "T-306D"),
    ("a day before the rule book", swapped("T-250D", "T-20Y"), 4,
     "datum_start_zorgverantwoordelijkheid", '"T-20Y" (2005-12-31)', "van 2017-01-01"),
    ("a day to come", swapped('datum_controle value="T-100D"', 'datum_controle value="T+90D"'), 52,
     "datum_controle", '"T+90D" (2026-03-31)', "niet na vandaag (2026-03-01)"),
    ("an end before the start", swapped('value="T-20D"', 'value="T-300D"'), 3,
     "datum_einde_zorgverantwoordelijkheid", "2025-03-06", "een dag vanaf 2025-04-25"),
    ("a period that is not", swapped('periodeq value="3"', 'periodeq value="9"'), 8,
     "eindverantwoordelijk_in_welke_perinatale_periodeq", '"9"', "1 tot en met 8"),
    ("a BSN that fails the eleven-test", swapped("111222333", "111222334"), 38,
     "burgerservicenummer", "******334", "elfproef"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "row", "column", "found", "expected"),
    [case[1:] for case in BAD],
    ids=[case[0] for case in BAD],
)
def test_what_is_no_kernset_is_told_with_line_and_element(
    content: Callable[[], bytes], row: int | None, column: str, found: str, expected: str
) -> None:
    read = parse(content())
    assert isinstance(read, list)
    told = [fault for fault in read if (fault.row, fault.column) == (row, column)]
    assert told, read
    assert found in told[0].found
    assert expected in told[0].expected


def test_every_fault_of_a_dossier_is_told(shared_folder: Path) -> None:
    empty = shared_folder / "fhir" / "ada_lite_kernset" / "kernset-236.empty.xml"
    read = parse(empty.read_bytes())
    assert isinstance(read, list)
    assert {fault.column for fault in read} == {
        "dossiernummer", "zorginstelling_lvrid", "datum_start_zorgverantwoordelijkheid",
        "definitieve_a_terme_datum",
    }  # fmt: skip


def test_a_file_that_is_too_large_is_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kernset, "LARGEST_BYTES", 100)
    read = parse(FIRST)
    assert isinstance(read, list) and "ten hoogste 100 bytes" in read[0].expected


def test_the_dossiers_that_others_wrote_are_read(shared_folder: Path) -> None:
    files = sorted((shared_folder / "fhir" / "ada_lite_kernset").glob("scenario*.xml"))
    assert len(files) == 5
    for file in files:
        assert isinstance(parse(file.read_bytes()), Dossier), file.name
