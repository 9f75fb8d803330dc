"""The dictionary that comes with the code is sound; a broken one is refused with what is wrong."""

import json
import re
import shutil
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Discipline
from ooievaar.network.roles import CARE_ROLES
from ooievaar.record.entries.dictionary import FOLDER, check, load
from ooievaar.record.entries.dictionary.schema import DisciplineName, RoleName
from ooievaar.record.models import PregnancyVersion

DAY = date(2026, 10, 1)

FORMS = """
administrative intake anamnesis obstetric_history psychosocial lifestyle risk due_date
prenatal_contact phone_contact consult laboratory screening ultrasound ctg procedure admission
birth_mother birth_child complication kraam_indication kraam_day kraam_child postpartum_contact
six_weeks pregnancy_end care_plan birth_plan note mdo
""".split()

RELIED_ON = """
due_date due_date_precision_days due_date_method fetus_count labour_date labour_time placenta_date
placenta_time birth_date birth_time born_alive pregnancy_end_kind pregnancy_end_date vil_status
allergies alerts minutes_given agreed_with_her gravidity parity
""".split()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "elementen"
    shutil.copytree(FOLDER, copy)
    return copy


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first place where `old` stands; a test whose `old` is gone must not pass."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} no longer stands in {file}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_data_that_comes_with_the_code_is_sound(folder):
    assert check() == []
    assert check(folder) == []
    assert load() is load()


def test_every_form_and_every_element_that_commands_rely_on_is_there():
    dictionary = load()
    assert {form.key for form in dictionary.forms(DAY)} == set(FORMS)
    assert [key for key in RELIED_ON if dictionary.element(key, DAY) is None] == []
    assert len(dictionary.elements(DAY)) >= 200


def test_roles_and_disciplines_are_those_of_the_network():
    assert set(RoleName.__args__) == {str(role) for role in CARE_ROLES}
    assert set(DisciplineName.__args__) == set(Discipline.values)


def test_a_pregnancy_ends_in_the_ways_that_a_version_knows():
    element = load().element("pregnancy_end_kind", DAY)
    assert {choice.code for choice in element.choices} == set(PregnancyVersion.EndKind.values) - {
        "ongoing",
        "birth",
    }


def test_who_may_fill_in_what():
    keys = {form.key for form in load().forms_for("kraam_carer", DAY)}
    assert {"kraam_day", "kraam_child", "kraam_indication", "note"} <= keys
    assert not {"birth_mother", "prenatal_contact", "ultrasound"} & keys
    assert {form.key for form in load().forms_for("sonographer", DAY)} == {
        "due_date",
        "screening",
        "ultrasound",
        "note",
    }
    assert load().forms_for("controller", DAY) == ()


def test_what_repeats_is_about_each_fetus_child_or_earlier_pregnancy():
    dictionary = load()
    about = {form.key: form.about for form in dictionary.forms(DAY)}
    assert {key: value for key, value in about.items() if value != "woman"} == {
        "obstetric_history": "earlier",
        "prenatal_contact": "fetus",
        "phone_contact": "fetus",
        "consult": "fetus",
        "ctg": "fetus",
        "ultrasound": "fetus",
        "birth_child": "child",
        "kraam_child": "child",
    }
    more = {form.key for form in dictionary.forms(DAY) if form.can_have_more}
    assert more == {"obstetric_history", "ultrasound", "birth_child", "kraam_child"}
    ultrasound = dictionary.form("ultrasound", DAY)
    assert ultrasound.about_of("scan_kind") == "woman"
    assert ultrasound.about_of("hc") == "fetus"
    assert ultrasound.required_keys == {"scan_kind"}
    with pytest.raises(KeyError):
        ultrasound.about_of("hb")


def test_before_the_dataset_there_was_no_element():
    assert load().element("hb", date(2016, 12, 31)) is None
    assert load().form("intake", date(2016, 12, 31)) is None
    assert load().counts(date(2016, 12, 31)) == ()
    assert load().element("hb", DAY).possible == (Decimal(1), Decimal(15))


def test_numbers_of_the_dataset_and_their_sets_are_those_that_were_published(shared_folder):
    transactions = json.loads(
        (shared_folder / "fhir" / "pwd32_izk30_transactions.json").read_text("utf-8")
    )
    sets: dict[int, set[str]] = {}
    for name, rows in transactions.items():
        part = "kraam" if "Kraam" in name else "echo" if "Echo" in name else "obstetrics"
        for row in rows:
            sets.setdefault(row["pwd"], set()).add(part)
    tree = (shared_folder / "fhir" / "ada_lite_kernset" / "kernset-236.tree.txt").read_text("utf-8")
    kernset = {int(number) for number in re.findall(r"\[(\d+)\]", tree)}
    for element in load().elements(DAY):
        if element.pwd is not None:
            assert sets[element.pwd] <= element.sets, element.key
        if element.kernset is not None:
            assert element.kernset in kernset, element.key
            assert "kernset" in element.sets, element.key
        assert element.verified == (element.pwd is not None or element.kernset is not None)
        assert not element.range_verified


def test_no_code_stands_here_that_was_not_read(shared_folder):
    codes = shared_folder / "fhir" / "nictiz_codes"
    read = {
        (row["system"], row["code"])
        for row in json.loads((codes / "codes_in_fixtures.json").read_text("utf-8"))
    }
    for value_set in json.loads((codes / "valuesets_selected.json").read_text("utf-8")).values():
        read |= {(system, code) for system, code, _name in value_set["concepts"]}
    text = (shared_folder / "domain" / "health-record-exchange.md").read_text("utf-8")
    for element in load().elements(DAY):
        for part in (element, *element.choices):
            if part.system:
                known = (part.system, part.system_code) in read or part.system_code in text
                assert known, (element.key, part.system_code)


BROKEN = [
    # file, what stood there, what stands there now, key in the message, found, expected
    pytest.param(
        "elements_diagnostics.yaml", "    unit: mmol/L", "    eenheid: mmol/L",
        "elements[hb].eenheid", "onbekende sleutel", "sleutels die het boek kent",
        id="an unknown key",
    ),
    pytest.param(
        "elements_diagnostics.yaml", "    kind: number", "    kind: getal",
        "kind", "'getal'", "'number'",
        id="an unknown kind",
    ),
    pytest.param(
        "elements_woman.yaml", "  - key: email", "  - key: phone",
        "elements[phone].valid_from", "overlapt", "een andere naam",
        id="an element twice",
    ),
    pytest.param(
        "elements_woman.yaml", "    source: PWD32", "    source: PWD99",
        "elements[phone].source", "PWD99", "sources.yaml",
        id="an unknown source",
    ),
    pytest.param(
        "elements_woman.yaml", "    source: OOIEVAAR\n    verified: false",
        "    source: OOIEVAAR\n    verified: true",
        "verified", "true", "niemand las dit",
        id="a choice of ours that would be verified",
    ),
    pytest.param(
        "elements_woman.yaml", "    pwd: 3222\n", "",
        "elements[phone].verified", "true", "geen nummer",
        id="verified without a number",
    ),
    pytest.param(
        "elements_history.yaml", 'code: "penicillin"', 'code: "none"',
        "elements[allergies].choices", "none", "elke keuze één keer",
        id="a choice twice",
    ),
    pytest.param(
        "ranges.yaml", "element: hb,", "element: hemoglobine,",
        "element", "hemoglobine", "een element met een getal",
        id="a range of nothing",
    ),
    pytest.param(
        "ranges.yaml", "height, plausible: [145, 190]", "height, plausible: [90, 190]",
        "ranges", "90 tot 190", "binnen wat kan",
        id="plausible and impossible at once",
    ),
    pytest.param(
        "forms.yaml", "    section: woman", "    section: vrouw",
        "forms[administrative].section", "vrouw", "een kop die bovenaan staat",
        id="an unknown section",
    ),
    pytest.param(
        "forms.yaml", "        required: [intake_kind]", "        required: [hb]",
        "forms[intake].groups[1].required", "hb", "een element van deze groep",
        id="required and not there",
    ),
    pytest.param(
        "forms.yaml", "elements: [intake_kind]", "elements: [intake_kind, hemoglobine]",
        "forms[intake].groups[1].elements", "hemoglobine", "een element",
        id="an unknown element on a form",
    ),
    pytest.param(
        "forms.yaml", "elements: [intake_kind]", "elements: [intake_kind, height]",
        "forms[intake]", "height", "één keer op een formulier",
        id="an element twice on a form",
    ),
    pytest.param(
        "counts_as.yaml", "act: V-INT", "act: V-XXX",
        "counts_as[midwife_intake].act", "V-XXX", "een code uit de catalogus",
        id="an act the catalogue does not have",
    ),
    pytest.param(
        "counts_as.yaml", "one_of: [first, taken_over]", "one_of: [eerste]",
        "counts_as[midwife_intake].when[1]", "eerste", "een antwoord op intake_kind",
        id="an answer that cannot be given",
    ),
    pytest.param(
        "counts_as.yaml", "elements: [intake_kind]", "elements: [hb]",
        "counts_as[midwife_intake].when[1].elements", "hb", "een element van intake",
        id="a condition on another form",
    ),
    pytest.param(
        "counts_as.yaml", "one_of: [first, taken_over]", "one_of: [first], example: first",
        "counts_as[midwife_intake].when[1]", "2 vragen", "één van",
        id="two questions at once",
    ),
    pytest.param(
        "counts_as.yaml", "duration_from: minutes_given", "duration_from: lochia",
        "counts_as[kraam_hours].duration_from", "lochia", "een getal op kraam_day",
        id="a duration that is no number",
    ),
    pytest.param(
        "due_dates.yaml", "{method: crl,", "{method: kruin,",
        "methods", "geen crl", "elke keuze van due_date_method",
        id="a way to date without precision",
    ),
    pytest.param(
        "growth.yaml", "  - measure: hc", "  - maat: hc",
        "growth[1]", "niets", "verplichte sleutel",
        id="a reference of no measure",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "found", "expected"), BROKEN)
def test_a_broken_dictionary_is_refused(folder, file, old, new, key, found, expected):
    change(folder, file, old, new)
    with pytest.raises(InputRejected) as refused:
        load(folder)
    told = [str(fault) for fault in refused.value.faults]
    assert any(key in one and found in one and expected in one for one in told), told


def test_a_range_that_changes_gives_an_element_for_each_period(folder):
    old = "possible: [1, 15], valid_from: 2017-01-01, source: OOIEVAAR, verified: false}"
    new = old.replace("2017-01-01,", "2017-01-01, valid_until: 2027-01-01,")
    later = (
        "\n  - {element: hb, plausible: [7, 9], possible: [2, 14], valid_from: 2027-01-01,"
        " source: OOIEVAAR, verified: false}"
    )
    change(folder, "ranges.yaml", old, new + later)
    dictionary = load(folder)
    assert dictionary.element("hb", date(2026, 12, 31)).possible[1] == 15
    assert dictionary.element("hb", date(2027, 1, 1)).possible[1] == 14
    assert dictionary.element("hb", date(2027, 1, 1)).pwd == 2383


def test_no_folder_and_a_file_too_many_are_told(tmp_path, folder):
    assert "geen map" in str(check(tmp_path / "nergens")[0])
    (folder / "vreemd.yaml").write_text("a: 1\n")
    assert [fault.file for fault in check(folder)] == ["vreemd.yaml"]
