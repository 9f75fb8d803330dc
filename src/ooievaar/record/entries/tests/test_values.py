"""What people type becomes one text per value; what is odd is asked, what cannot be is refused."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.rules.values import Good, Impossible, Unlikely, read_value

DAY = date(2026, 10, 1)


def element(key):
    found = load().element(key, DAY)
    assert found is not None
    return found


GOOD = [
    # element, typed, stored
    ("hb", "7,5", "7.5"),
    ("hb", "7.5", "7.5"),
    ("hb", "7,0", "7"),
    ("hb", "7", "7"),
    ("hb", "+7,5", "7.5"),
    ("hb", "7,5 mmol/l", "7.5"),
    ("blood_pressure_systolic", "120 mmHg", "120"),
    ("blood_pressure_systolic", "0120", "120"),
    ("cord_base_excess", "-4,5", "-4.5"),
    ("cord_base_excess", "-0", "0"),
    ("due_date", "3-4-2027", "2027-04-03"),
    ("due_date", "03-04-2027", "2027-04-03"),
    ("due_date", "2027-04-03", "2027-04-03"),
    ("due_date", "29-02-2028", "2028-02-29"),
    ("due_date", "3/4/2027", "2027-04-03"),
    ("labour_time", "9:05", "09:05"),
    ("labour_time", "09.05", "09:05"),
    ("labour_time", "0905", "09:05"),
    ("labour_time", "9u05", "09:05"),
    ("labour_time", "00:00", "00:00"),
    ("interpreter_needed", "Ja", "yes"),
    ("interpreter_needed", "no", "no"),
    ("vil_status", "A", "A"),
    ("vil_status", "VIL A, eerste lijn", "A"),
    ("allergies", "latex, penicillin", "latex penicillin"),
    ("allergies", "penicillin latex latex", "latex penicillin"),
    ("allergies", "none", "none"),
    ("complaints", "  Moe.\r\nWeinig slaap. ", "Moe.\nWeinig slaap."),
    ("complaints", "Zoë 👶 belt", "Zoë 👶 belt"),
]


@pytest.mark.parametrize(("key", "typed", "stored"), GOOD)
def test_what_is_typed_is_stored_as_one_text(key, typed, stored):
    assert read_value(element(key), typed) == Good(stored)


REFUSED = [
    # element, typed, found in the message, expected in the message
    ("hb", "", "niets", "een waarde"),
    ("hb", "   ", "niets", "een waarde"),
    ("hb", "zeven", '"zeven"', "een getal"),
    ("hb", "7,55", '"7,55"', "ten hoogste 1 cijfer achter de komma"),
    ("hb", "7,5,5", '"7,5,5"', "een getal"),
    ("hb", "٧", '"٧"', "gewone cijfers"),
    ("hb", "７", '"７"', "gewone cijfers"),
    ("hb", "1e3", '"1e3"', "een getal"),
    ("hb", "NaN", '"NaN"', "een getal"),
    ("hb", "-7", "-7 mmol/L", "1 tot en met 15 mmol/L"),
    ("hb", "99", "99 mmol/L", "1 tot en met 15 mmol/L"),
    ("birth_weight", "3.450", '"3.450"', "3450"),
    ("birth_weight", "3,45", '"3,45"', "een heel getal"),
    ("apgar_5", "11", "11", "0 tot en met 10"),
    ("due_date", "29-02-2027", '"29-02-2027"', "een dag die bestaat"),
    ("due_date", "31-04-2027", '"31-04-2027"', "een dag die bestaat"),
    ("due_date", "03-04-27", '"03-04-27"', "een datum zoals 31-12-2026"),
    ("due_date", "4 april", '"4 april"', "een datum"),
    ("due_date", "03-04-0027", '"03-04-0027"', "een jaar van 1900"),
    ("due_date", "٠٣-٠٤-٢٠٢٧", '"٠٣-٠٤-٢٠٢٧"', "een datum"),
    ("labour_time", "24:00", '"24:00"', "een tijd zoals 09:30"),
    ("labour_time", "9:60", '"9:60"', "een tijd"),
    ("labour_time", "9", '"9"', "een tijd"),
    ("interpreter_needed", "misschien", '"misschien"', "ja of nee"),
    ("vil_status", "E", '"E"', "VIL A, eerste lijn"),
    ("allergies", "latex kat", '"kat"', "een van: Geen"),
    ("allergies", "none latex", "geen, en nog iets", "of iets anders"),
    ("complaints", "a\x00b", "een teken dat niet te lezen is", "gewone tekst"),
    ("complaints", "a\ud800b", "een teken dat niet te lezen is", "gewone tekst"),
    ("complaints", "a" * 10_000, "10000 tekens", "ten hoogste 4000"),
    ("hb", "9" * 10_000, "10000 tekens", "ten hoogste 200"),
    ("hb", "9" * 150, "9…", "een getal"),
]


@pytest.mark.parametrize(("key", "typed", "found", "expected"), REFUSED)
def test_what_cannot_be_is_refused_with_what_was_found_and_expected(key, typed, found, expected):
    read = read_value(element(key), typed)
    assert isinstance(read, Impossible)
    assert read.message.startswith(f"{element(key).name_nl}: gevonden ")
    assert found in read.message and expected in read.message
    assert len(read.message) < 400


def test_what_is_seldom_seen_is_asked_and_kept():
    read = read_value(element("blood_pressure_systolic"), "185")
    assert read == Unlikely(
        "185", "Bloeddruk, boven: 185 mmHg is ongewoon (90 tot 139). Klopt het?"
    )
    assert read_value(element("blood_pressure_systolic"), "139") == Good("139")
    assert read_value(element("blood_pressure_systolic"), "90") == Good("90")
    # The ends of what can be are part of it.
    assert isinstance(read_value(element("hb"), "15"), Unlikely)
    assert isinstance(read_value(element("apgar_5"), "0"), Unlikely)
    assert read_value(element("apgar_5"), "10") == Good("10")
    assert read_value(element("hb"), "6,2") == Unlikely(
        "6.2", "Hemoglobine (Hb): 6,2 mmol/L is ongewoon (6,3 tot 9,5). Klopt het?"
    )


def test_in_english_the_message_is_english():
    assert read_value(element("hb"), "99", "en") == Impossible(
        "Haemoglobin (Hb): found 99 mmol/L; expected 1 up to 15 mmol/L."
    )


ELEMENTS = load().elements(DAY)


@given(
    st.sampled_from(ELEMENTS),
    st.text(max_size=60)
    | st.text("0123456789,.-+:/ eEuNa", max_size=12)
    | st.decimals(-1000, 10000, places=2).map(str)
    | st.dates().map(str)
    | st.times().map(lambda time: f"{time:%H:%M}"),
)
def test_whatever_is_typed_what_is_stored_reads_as_itself(found, typed):
    read = read_value(found, typed)
    if isinstance(read, Impossible):
        assert read.message
        return
    again = read_value(found, read.value)
    assert again == read
    assert read.value == read.value.strip() != ""


def test_every_choice_reads_as_its_code():
    for found in ELEMENTS:
        for choice in found.choices:
            assert read_value(found, choice.code) == Good(choice.code), found.key
