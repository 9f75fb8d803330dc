"""What is no FHIR STU3, is hostile or means two things is refused with file, element and why."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ooievaar.exchange.fhir import reading
from ooievaar.exchange.fhir.reading import read_content, read_files
from ooievaar.exchange.fhir.resource import Resource, happened, moment
from ooievaar.exchange.kernset_moments import Moment
from ooievaar.kernel.faults import Fault

T = date(2026, 3, 1)
FHIR = 'xmlns="http://hl7.org/fhir"'
SMALL: dict[str, Any] = {
    "resourceType": "Observation", "id": "1", "status": "final", "code": {"text": "x"},
}  # fmt: skip


def as_json(**changes: Any) -> bytes:
    return json.dumps(SMALL | changes).encode()


def as_xml(inside: str) -> bytes:
    code = '<code><coding><system value="http://loinc.org"/><code value="8310-5"/></coding></code>'
    head = '<id value="1"/>'
    return f'<Observation {FHIR}>{head}<status value="final"/>{code}{inside}</Observation>'.encode()


def read(content: bytes) -> list[Resource]:
    found = read_content("a.xml", content)
    assert isinstance(found, tuple), found
    return found[1]


def refused(content: bytes) -> list[Fault]:
    found = read_content("a.xml", content)
    assert isinstance(found, list), found
    return found


BOMB = (
    '<!DOCTYPE o [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;">]>'
    f'<Observation {FHIR}><id value="&c;"/></Observation>'
)
OUTSIDE = (
    '<!DOCTYPE o [<!ENTITY a SYSTEM "file:///etc/passwd">]>'
    f'<Observation {FHIR}><comment value="&a;"/></Observation>'
)
NESTED = '<extension url="a">' * 60 + "</extension>" * 60

BAD: list[tuple[str, bytes, str, str, str]] = [
    # what | content | element | found | expected
    ("nothing", b"  \n", "", "een leeg bestand", "hele FHIR STU3-resource"),
    ("no XML or JSON", b"reference;woman", "", "geen heel XML of JSON", "STU3-resource"),
    ("cut short", as_xml("")[:80], "", "geen heel XML of JSON", "STU3-resource"),
    ("cut short JSON", as_json()[:40], "", "geen heel XML of JSON", "STU3-resource"),
    ("a bomb of entities", BOMB.encode(), "DOCTYPE", "een DOCTYPE", "zonder DOCTYPE"),
    ("an entity from outside", OUTSIDE.encode(), "DOCTYPE", "een DOCTYPE", "zonder DOCTYPE"),
    ("no FHIR", b"<kernset_geboortezorg/>", "", '"kernset_geboortezorg"', "hl7.org/fhir"),
    ("a kind that is not", f"<Zork {FHIR}/>".encode(), "resourceType", '"Zork"', "van FHIR STU3"),
    ("a kind of R4", f"<BodyStructure {FHIR}/>".encode(), "resourceType", '"BodyStructure"',
     "van FHIR STU3"),
    ("a part, no resource", f"<HumanName {FHIR}/>".encode(), "resourceType", '"HumanName"',
     "van FHIR STU3"),
    ("a list", b"[]", "", "een lijst", "één resource of een Bundle"),
    ("too deep", b'{"a":' * 90 + b"1" + b"}" * 90, "", "elementen in elkaar", "40 diep"),
    ("far too deep", b"[" * 100_000, "", "elementen in elkaar", "40 diep"),
    ("too deep XML", as_xml(NESTED), "Observation", "elementen in elkaar", "40 diep"),
    ("two keys alike", b'{"resourceType":"Patient","id":"1","id":"2"}', "", "twee keer",
     "STU3-resource"),
    ("no number", as_json()[:-1] + b',"valueQuantity":{"value":NaN}}', "", "NaN", "STU3-resource"),
    ("a number without end", as_json()[:-1] + b',"valueQuantity":{"value":' + b"9" * 5000 + b"}}",
     "", "te groot", "STU3-resource"),
    ("an element of R4", as_json(note=[{"text": "x"}]), "Observation.note", "een lijst",
     "geen element met deze naam in STU3"),
    ("an element nobody knows", as_json(foo=1), "Observation.foo", '"1"', "geen element"),
    ("an element nobody knows, XML", as_xml('<foo value="1"/>'), "Observation",
     "die hier niet horen", "STU3-resource"),
    ("no code", b'{"resourceType":"Observation","id":"1","status":"final"}', "Observation.code",
     "niets", "verplicht"),
    ("two values", as_json(valueString="a", valueBoolean=True), "Observation", "een object",
     "één van de vormen"),
    ("a list for an object", as_json(code=[1]), "Observation.code", "een lijst", "een object"),
    ("words for a number", as_json(valueQuantity={"value": "x"}), "Observation.valueQuantity.value",
     '"x"', "een getal"),
    ("a day that is not", as_json(effectiveDateTime="gisteren"), "Observation.effectiveDateTime",
     '"gisteren"', "2025-01-31T09:05:00+01:00"),
    ("a birth date that cannot be", b'{"resourceType":"Patient","id":"1","birthDate":"2019-02-30"}',
     "Patient.birthDate", "niet wordt getoond", "een datum die bestaat"),
    ("a sign that is none", as_json(comment="a\x00b"), "Observation", "geen tekst is", "tekst"),
    ("no id", b'{"resourceType":"Observation","status":"final","code":{"text":"x"}}',
     "Observation.id", "niets", "een id"),
    ("a path for an id", as_json(id="../../x"), "Observation.id", '"../../x"', "STU3"),
    ("not UTF-8", '{"resourceType": "é"}'.encode("latin-1"), "", "geen UTF-8", "UTF-8"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("content", "element", "found", "expected"), [case[1:] for case in BAD],
    ids=[case[0] for case in BAD],
)  # fmt: skip
def test_what_is_no_fhir_is_told_with_file_and_element(
    content: bytes, element: str, found: str, expected: str
) -> None:
    told = [fault for fault in refused(content) if fault.column == element]
    assert told, refused(content)
    assert told[0].file == "a.xml"
    assert found in told[0].found
    assert expected in told[0].expected


def test_a_fault_never_shows_who_it_is_about() -> None:
    patient = {
        "resourceType": "Patient", "id": "1", "birthDate": "31-12-1990",
        "identifier": [{"system": "http://fhir.nl/fhir/NamingSystem/bsn", "value": 111222333}],
        "name": [{"family": 7}],
    }  # fmt: skip
    told = " ".join(str(fault) for fault in refused(json.dumps(patient).encode()))
    assert "Patient.identifier[1].value" in told
    assert "111222333" not in told
    assert "1990" not in told


def test_xml_and_json_read_the_same() -> None:
    quantity = '<valueQuantity><value value="36.80"/><code value="Cel"/></valueQuantity>'
    day = '<effectiveDateTime value="2026-01-05T23:30:00Z"/>'
    [from_xml] = read(as_xml(day + quantity))
    [from_json] = read(
        as_json(
            code={"coding": [{"system": "http://loinc.org", "code": "8310-5"}]},
            effectiveDateTime="2026-01-05T23:30:00Z",
            valueQuantity={"value": 36.8, "code": "Cel"},
        )
    )
    assert from_xml.content == from_json.content
    # An instant belongs to the Dutch day it fell on.
    assert happened(from_xml) == ("effectiveDateTime", Moment(date(2026, 1, 6), 30))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2026-01-05", Moment(date(2026, 1, 5))),
        ("2026-07-05T23:30:00Z", Moment(date(2026, 7, 6), 90)),
        ("2026-03-29T01:30:00+01:00", Moment(date(2026, 3, 29), 90)),
        ("2026-03-29T02:30:00+01:00", Moment(date(2026, 3, 29), 210)),
        ("2026-01", None),
        ("2026", None),
        (5, None),
    ],
)
def test_only_a_whole_day_is_a_day(text: Any, expected: Moment | None) -> None:
    assert moment(text) == expected


def test_the_narrative_is_left_out_and_the_data_stay() -> None:
    narrative = (
        '<text><status value="generated"/><div xmlns="http://www.w3.org/1999/xhtml">x</div></text>'
    )
    [one] = read(as_xml("").replace(b"<status", narrative.encode() + b"<status", 1))
    assert "text" not in one.content
    assert one.key == "Observation/1"


def test_a_bundle_gives_its_resources_and_what_they_contain() -> None:
    inner = SMALL | {
        "subject": {"reference": "#p"},
        "contained": [{"resourceType": "Patient", "id": "p"}],
    }
    bundle = {
        "resourceType": "Bundle", "type": "collection",
        "entry": [{"fullUrl": "urn:uuid:12", "resource": inner}],
    }  # fmt: skip
    patient, observation = read(json.dumps(bundle).encode())
    assert (patient.kind, patient.aliases) == ("Patient", ("#p",))
    assert (observation.key, observation.aliases) == ("Observation/1", ("urn:uuid:12",))


def test_days_relative_to_t_need_a_day_t() -> None:
    content = as_xml('<effectiveDateTime value="${DATE, T, D, -10}T14:38:00+01:00"/>')
    [fault] = refused(content)
    assert "--reference-date" in fault.expected
    found = read_content("a.xml", content, reference_on=T)
    assert isinstance(found, tuple)
    assert happened(found[1][0]) == ("effectiveDateTime", Moment(date(2026, 2, 19), 878))
    [fault] = refused(as_xml('<effectiveDateTime value="${DATE, T, Y, -99999}"/>'))
    assert fault.row == 1


def test_files_and_folders_are_read_together(tmp_path: Path) -> None:
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "a.json").write_bytes(as_json())
    (tmp_path / "b.xml").write_bytes(as_xml("").replace(b'id value="1"', b'id value="2"'))
    (tmp_path / "readme.txt").write_text("not read")
    files = read_files([tmp_path])
    assert not files.faults
    assert sorted(resource.key for resource in files.resources) == [
        "Observation/1",
        "Observation/2",
    ]
    assert [name for name, _sha256 in files.sha256] == ["b.xml", "a.json"]


def test_one_name_for_two_things_is_refused_and_the_same_twice_is_once(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_bytes(as_json())
    (tmp_path / "b.json").write_bytes(as_json())
    files = read_files([tmp_path])
    assert (len(files.resources), files.faults) == (1, [])
    (tmp_path / "b.json").write_bytes(as_json(comment="iets anders"))
    [fault] = read_files([tmp_path]).faults
    assert (fault.file, fault.column) == ("b.json", "Observation/1")


def test_what_is_not_there_or_empty_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    faults = read_files([tmp_path / "empty", tmp_path / "nowhere.xml"]).faults
    assert [fault.file for fault in faults] == ["empty", "nowhere.xml"]


@pytest.mark.parametrize(
    ("limit", "what"),
    [("LARGEST_FILE_BYTES", "bytes"), ("LARGEST_TOTAL_BYTES", "tegelijk"),
     ("MOST_FILES", "bestanden"), ("MOST_RESOURCES", "resources")],
)  # fmt: skip
def test_too_much_is_not_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, limit: str, what: str
) -> None:
    for name in ("a", "b", "c"):
        (tmp_path / f"{name}.json").write_bytes(as_json(id=name))
    monkeypatch.setattr(reading, limit, 2)
    faults = read_files([tmp_path]).faults
    assert faults
    assert what in faults[-1].expected


def test_the_dossiers_that_others_wrote_are_read(shared_folder: Path) -> None:
    files = read_files([shared_folder / "fhir" / "nictiz_stu3"], reference_on=T)
    assert files.faults == []
    assert len(files.resources) == 199
