"""Registering is billing: every act of the catalogue can be entered on a form, and counts once."""

from datetime import date

import pytest

from ooievaar import rulebook
from ooievaar.network.models import Discipline
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.counts_as import Counted, counts_as, values_for
from ooievaar.record.entries.rules.values import Impossible, read_value

DAY = date(2026, 10, 1)
COUNTS = load().counts(DAY)
CODES = sorted({row.code for row in rulebook.load().catalogue.catalogue})


def codes(form, discipline, **values):
    observed = [(element, 0, value) for element, value in values.items()]
    return [one.code for one in counts_as(COUNTS, form, discipline, observed)]


WHO_REGISTERS = {
    "V-": "midwives", "E-": "ultrasound", "L-": "hospital", "KZ-": "kraamzorg",
    "G-": "gynaecologists", "0376": "gynaecologists", "0377": "gynaecologists",
    "037590": "gynaecologists", "039683": "hospital", "199803": "hospital",
    "190036": "hospital", "190037": "hospital", "K-CON": "hospital",
    "196204": "kraamzorg", "377881C": "hospital",
}  # fmt: skip


def who_registers(code: str) -> str:
    return next(who for start, who in WHO_REGISTERS.items() if code.startswith(start))


@pytest.mark.parametrize("code", CODES)
def test_every_act_of_the_catalogue_can_be_entered(code):
    found = values_for(COUNTS, code, who_registers(code))
    assert found is not None
    form, values = found
    assert codes(form, who_registers(code), **values) == [code]


@pytest.mark.parametrize(
    ("code", "discipline"),
    [
        ("E-GUO", "hospital"), ("G-HCO", "gynaecologists"), ("G-DAG", "hospital"),
        ("G-OPN", "hospital"), ("G-KVM", "hospital"), ("G-KBD", "hospital"), ("190036", "other"),
    ],
)  # fmt: skip
def test_acts_of_a_region_that_another_registers_too(code, discipline):
    assert values_for(COUNTS, code, discipline) is not None


def test_what_is_filled_in_for_an_act_can_be_stored_on_its_form():
    dictionary = load()
    for code in CODES:
        for discipline in Discipline.values:
            found = values_for(COUNTS, code, discipline)
            if found is None:
                continue
            form = dictionary.form(found[0], DAY)
            assert form.required_keys <= set(found[1]) <= form.element_keys, code
            for key, value in found[1].items():
                read = read_value(dictionary.element(key, DAY), value)
                assert not isinstance(read, Impossible) and read.value == value, (code, key)


def test_numbers_and_minutes_come_out_as_they_went_in():
    form, values = values_for(COUNTS, "KZ-UUR", "kraamzorg", duration_minutes=165)
    observed = [(key, 0, value) for key, value in values.items()]
    (counted,) = counts_as(COUNTS, form, "kraamzorg", observed, 540)
    assert counted == Counted(
        "KZ-UUR", "", 1, 165, 0, 540, "kraam_hours", counted.sentence_nl, counted.sentence_en
    )
    assert counted.sentence_nl == "Telt als uren kraamzorg."
    form, values = values_for(COUNTS, "L-GLU", "hospital", quantity=4)
    (counted,) = counts_as(COUNTS, form, "hospital", [(key, 0, values[key]) for key in values])
    assert (counted.quantity, counted.minute) == (4, None)
    form, values = values_for(COUNTS, "K-CON", "hospital", child_number=2)
    (counted,) = counts_as(COUNTS, form, "hospital", [(key, 0, values[key]) for key in values])
    assert (counted.child_number, counted.specialism) == (2, "0316")


def test_what_no_form_can_say_has_no_values():
    assert values_for(COUNTS, "V-CON", "kraamzorg") is None
    assert values_for(COUNTS, "V-CON", "midwives", quantity=3) is None
    assert values_for(COUNTS, "XX", "midwives") is None


@pytest.mark.parametrize(
    ("code", "specialism"),
    [
        ("V-CON", ""), ("L-HB", ""), ("E-GRO", ""), ("G-CON", "0307"), ("037651", "0307"),
        ("037590", "0307"), ("039683", "0389"), ("K-CON", "0316"), ("G-KVM", ""), ("190036", ""),
        ("199803", ""), ("377881C", ""), ("KZ-UUR", ""),
    ],
)  # fmt: skip
def test_the_specialism_is_that_of_who_does_such_acts(code, specialism):
    assert {row.specialism for row in COUNTS if row.code == code} == {specialism}


def test_one_form_by_another_discipline_counts_as_something_else():
    assert codes("prenatal_contact", "midwives") == ["V-CON"]
    assert codes("prenatal_contact", "gynaecologists") == ["G-HER"]
    assert codes("prenatal_contact", "kraamzorg") == []
    assert codes("ultrasound", "midwives", scan_kind="dating") == ["V-ECT"]
    assert codes("ultrasound", "ultrasound", scan_kind="dating") == ["E-TER"]
    assert codes("ultrasound", "gynaecologists", scan_kind="dating") == ["G-ECH"]


def test_a_result_of_another_that_is_written_down_is_no_test_of_ours():
    assert codes("laboratory", "hospital", hb="7.5", mcv="88") == ["L-HB", "L-MCV"]
    assert codes("laboratory", "hospital", hb="7.5", performed_by="other") == []
    assert codes("laboratory", "midwives", hb="7.5") == []
    assert codes("laboratory", "midwives", hb="7.5", performed_by="own") == ["L-HB"]


BIRTHS = [
    (dict(birth_mode="spontaneous"), ["037651"]),
    (dict(birth_mode="spontaneous", birth_presentation="breech"), ["037652"]),
    (dict(birth_mode="spontaneous", children_born="2"), ["037653"]),
    (dict(birth_mode="spontaneous", birth_presentation="breech", children_born="2"), ["037653"]),
    (dict(birth_mode="vacuum"), ["037751"]),
    (dict(birth_mode="forceps", children_born="1"), ["037751"]),
    (dict(birth_mode="breech_extraction"), ["037752"]),
    (dict(birth_mode="vacuum", birth_presentation="breech"), ["037752"]),
    (dict(birth_mode="breech_extraction", children_born="3"), ["037753"]),
    (dict(birth_mode="caesarean_primary"), ["G-SEC"]),
    (dict(birth_mode="caesarean_secondary", children_born="2"), ["G-SEC"]),
    (dict(birth_mode="spontaneous", birth_led_by="clinical_midwife"), ["G-KVM"]),
    (dict(birth_mode="spontaneous", immature_birth="yes"), ["037590"]),
    (dict(birth_mode="spontaneous", birth_place="outpatient"), ["190036"]),
    (
        dict(birth_mode="spontaneous", birth_place="outpatient", birth_medical_indication="yes"),
        ["190037"],
    ),
    (
        dict(birth_mode="vacuum", pain_relief="epidural nitrous_oxide"),
        ["037751", "039683", "199803"],
    ),
    (dict(pain_relief="none"), []),
]


@pytest.mark.parametrize(("values", "expected"), BIRTHS)
def test_a_birth_in_the_hospital_counts_once_as_what_it_was(values, expected):
    assert codes("birth_mother", "hospital", **values) == expected


def test_a_birth_with_the_midwife_is_hers_whatever_it_became():
    assert codes("birth_mother", "midwives", birth_mode="spontaneous") == ["V-PAR"]
    assert codes("birth_mother", "midwives") == ["V-PAR"]


def test_kraamzorg_at_a_birth_counts_the_help_and_its_hours():
    values = dict(birth_assisted="yes", birth_assistance_minutes="195", minutes_given="180")
    assert codes("kraam_day", "kraamzorg", **values) == ["196204", "KZ-PUUR", "KZ-UUR"]
    assert codes("kraam_day", "kraamzorg", temperature="36.8") == []


def test_the_order_in_which_things_were_entered_does_not_matter():
    observed = [("mcv", 0, "88"), ("hb", 0, "7.5"), ("blood_group", 0, "O")]
    one = counts_as(COUNTS, "laboratory", "hospital", observed)
    assert one == counts_as(COUNTS, "laboratory", "hospital", observed[::-1])
