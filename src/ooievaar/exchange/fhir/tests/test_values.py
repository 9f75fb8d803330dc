"""A value lands on an element only when it means exactly the same there."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from ooievaar.exchange.fhir.data import Count, Ledger, data_of
from ooievaar.exchange.fhir.mapping import Mapping, faults_of, mapping_on
from ooievaar.exchange.fhir.resource import LOINC, SNOMED, Resource, words_of
from ooievaar.exchange.fhir.units import converted
from ooievaar.exchange.fhir.values import NotPlaced, Value, value_of, written

DAY = date(2026, 3, 1)


@pytest.fixture
def mapping() -> Mapping:
    return mapping_on(DAY)


@pytest.mark.parametrize(
    ("number", "unit", "wanted", "expected"),
    [
        ("3.415", "kg", "g", "3415"),
        ("71500", "g", "kg", "71.5"),
        ("49.7", "cm", "mm", "497"),
        ("151", "mm", "cm", "15.1"),
        ("37.0", "Cel", "°C", "37.0"),
        ("120", "mm[Hg]", "mmHg", "120"),
        ("1", "min", "h", None),
        ("90", "min", "uur", "1.5"),
        ("7", "d", "mm", None),
        ("7", "[lb_av]", "kg", None),
        ("7", "", "kg", None),
        ("7", "1", "", "7"),
    ],
)
def test_a_unit_is_converted_only_where_the_ratio_is_exact(
    number: str, unit: str, wanted: str, expected: str | None
) -> None:
    found = converted(Decimal(number), unit, wanted)
    assert found == (None if expected is None else Decimal(expected))


def concept(code: str, display: str = "", system: str = SNOMED) -> dict[str, Any]:
    return {"valueCodeableConcept": {"coding": [{"system": system, "code": code,
                                                 "display": display}]}}  # fmt: skip


@pytest.mark.parametrize(
    ("element", "part", "expected"),
    [
        ("birth_mode", concept("177184002"), "spontaneous"),
        ("birth_mode", concept("61586001"), "vacuum"),
        ("birth_mode", concept("11466000", "sectio caesarea"), None),
        ("birth_mode", concept("61586001", system=LOINC), None),
        ("alcohol", concept("105542008"), None),
        ("drugs", concept("228368007"), "never"),
        ("labour_onset", concept("UNK", "Onbekend"), None),
        ("heel_prick", {"valueBoolean": False}, "no"),
        ("heel_prick", {"valueString": "ja"}, None),
        ("due_date", {"valueDateTime": "2026-06"}, None),
        ("due_date", {"valueDateTime": "2026-06-01"}, "2026-06-01"),
        ("labour_time", {"valueDateTime": "2026-06-01"}, None),
        ("labour_time", {"valueDateTime": "2026-06-01T08:05:00+02:00"}, "08:05"),
        ("apgar_5", {"valueQuantity": {"value": Decimal(8)}}, "8"),
        ("apgar_5", {"valueQuantity": {"value": Decimal(11)}}, None),
        ("weight", {"valueQuantity": {"value": Decimal(70)}}, None),
        ("blood_pressure_systolic", {"valueQuantity": {"value": Decimal(133)}}, "133"),
        ("weight", {"valueRange": {}}, None),
        ("weight", {"dataAbsentReason": {"text": "niet gewogen"}}, None),
    ],
)
def test_a_value_is_of_the_element_or_it_is_not_placed(
    mapping: Mapping, element: str, part: dict[str, Any], expected: str | None
) -> None:
    known = mapping.dictionary.element(element, DAY)
    assert known is not None
    found = value_of(part, known, mapping)
    assert found == Value(expected) if expected else isinstance(found, NotPlaced), found


def test_what_the_source_does_not_know_has_no_words() -> None:
    unknown = concept("UNK", "Onbekend", "http://hl7.org/fhir/v3/NullFlavor")
    assert written(unknown, "valueCodeableConcept") == ""
    assert written(concept("1", "rookt soms (bevinding)"), "valueCodeableConcept") == "rookt soms"
    amount = {"valueQuantity": {"value": Decimal("6.50"), "unit": "per dag", "comparator": "<"}}
    assert written(amount, "valueQuantity") == "<6.5 per dag"
    assert written({"valueQuantity": {"value": Decimal("1E+400")}}, "valueQuantity") == ""


def test_a_name_loses_the_kind_of_concept_and_no_more() -> None:
    assert words_of({"coding": [{"display": "ligging (links) (bevinding)"}]}) == "ligging (links)"
    assert words_of({"text": "eigen woorden", "coding": [{"display": "x"}]}) == "eigen woorden"


def test_every_name_in_the_mapping_is_of_the_dictionary(mapping: Mapping) -> None:
    assert list(faults_of(mapping)) == []
    wrong = mapping.rows.codes[0].model_copy(update={"elements": ("niet_bekend",), "form": "geen"})
    rows = mapping.rows.model_copy(update={"codes": (wrong,)})
    told = [fault.found for fault in faults_of(Mapping(mapping.dictionary, rows, DAY))]
    assert told == ['"niet_bekend"', '"geen"']


def test_every_datum_is_counted_once() -> None:
    content = {
        "resourceType": "Observation", "id": "1", "status": "final",
        "code": {"coding": [{"code": "85354-9"}]}, "subject": {"reference": "Patient/1"},
        "effectiveDateTime": "2026-01-01", "comment": "zittend",
        "component": [{"code": {}, "valueQuantity": {}}, {"code": {}, "valueQuantity": {}}],
    }  # fmt: skip
    one = Resource("a.json", "Observation", "1", content)
    assert list(data_of(one)) == [
        "effectiveDateTime", "comment", "component[1]", "component[2]",
    ]  # fmt: skip
    ledger = Ledger([one])
    ledger.place(one, "effectiveDateTime", "component[1]", "nowhere")
    ledger.keep_words(one, "comment")
    assert ledger.counts() == {"Observation": Count(placed=2, words=1, unplaced=1)}
    ledger.displace(one, "comment", "geweigerd")
    assert [(datum.path, why) for datum, why in ledger.unplaced()] == [
        ("comment", "geweigerd"), ("component[2]", "het dossier heeft hier geen onderdeel voor"),
    ]  # fmt: skip
