"""What stands in a letter and, above all, what does not: a story per receiver."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from time import perf_counter
from typing import Any

import pytest
from django.utils import translation

from ooievaar.exchange.letters.compose import letter_for
from ooievaar.exchange.letters.drawing import as_pdf
from ooievaar.exchange.letters.parts import Letter
from ooievaar.exchange.letters.receivers import letter_kind, letter_kinds, unknown_words
from ooievaar.exchange.letters.tests.test_drawing import read, text
from ooievaar.network.models import Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.commands import Observed, finish, mark_in_error
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Woman
from ooievaar.record.relations import Rejected, ask_consult
from ooievaar.record.tests.care_region import AT, ROLES, CareRegion
from ooievaar.record.tests.care_region import DISCIPLINES as DISCIPLINE_OF

pytestmark = pytest.mark.django_db
TODAY = date(2026, 10, 1)
KINDS = ("ziekenhuis", "kraamzorg", "jgz", "huisarts")


@pytest.fixture
def region() -> CareRegion:
    """Noor was asked what has to be asked: kraamzorg and youth health care may get a letter."""
    made = CareRegion()
    for kind in ("kraamzorg", "youth_care"):
        made.says("linde", "", is_given=True, kind=kind, at=AT - timedelta(days=1))
    return made


@pytest.fixture
def midwife(region: CareRegion) -> Workplace:
    return region.carer("linde")


def wrote(
    region: CareRegion,
    by: str,
    form: str,
    day: date = date(2026, 4, 1),
    number: int = 0,
    **values: str,
) -> Entry:
    """Let an organisation of the region finish a form about Noor."""
    observed = [Observed(key, value, number) for key, value in values.items()]
    made = finish(
        region.noor,
        form,
        observed,
        organisation=region.organisations[by],
        person=Person.objects.get_or_create(username=by, first_name=by.title())[0],
        role=str(ROLES[DISCIPLINE_OF[by]]),
        happened_on=day,
        at=AT,
    )
    assert isinstance(made, Entry), made
    return made


def made(here: Workplace, region: CareRegion, kind: str, **more: Any) -> Letter:
    chosen = letter_kind(kind, TODAY)
    assert chosen is not None
    letter = letter_for(here, region.noor.pk, chosen, AT, **more)
    assert isinstance(letter, Letter), letter
    return letter


def said(letter: Letter) -> str:
    return text(as_pdf(letter, AT))


@pytest.fixture
def full(region: CareRegion) -> CareRegion:
    """Noor with something of everything."""
    wrote(
        region, "linde", "intake",
        intake_kind="first", gravidity="2", parity="1", allergies="penicillin",
        medication="labetalol 2dd100",
    )  # fmt: skip
    wrote(region, "linde", "anamnesis", history_thyroid="yes", history_lung="no")
    wrote(region, "linde", "psychosocial", psychiatry="yes", social_problems="debts",
          psychosocial_explanation="verloor haar moeder in maart",
          depression_screening="raised")  # fmt: skip
    wrote(region, "linde", "laboratory", date(2026, 4, 10), hiv="negative", hb="7.1")
    wrote(region, "linde", "obstetric_history", number=1, earlier_birth_mode="spontaneous",
          earlier_haemorrhage="yes")  # fmt: skip
    wrote(region, "linde", "birth_plan", birth_wishes="liefst in bad")
    return region


def test_every_word_of_the_file_is_known() -> None:
    assert unknown_words() == []
    assert tuple(kind.key for kind in letter_kinds(TODAY)) == KINDS
    assert not any(kind.row.verified for kind in letter_kinds(TODAY))


def test_the_hospital_gets_everything(full: CareRegion, midwife: Workplace) -> None:
    words = said(made(midwife, full, "ziekenhuis"))
    for part in (
        "Overdracht aan de tweede lijn", "Noor", "12-03-1994", "G2 P1", "09-11-2026", "± 3 dagen",
        "Penicilline", "labetalol", "verloor haar moeder", "Hiv", "7,1", "liefst in bad", "Kopie",
        "Linde", "01-04-2026", "zwangerschap 1", "Verantwoordelijk", "bladzijde 1",
    ):  # fmt: skip
        assert part in words, part


def test_kraamzorg_gets_its_part_and_no_laboratory(full: CareRegion, midwife: Workplace) -> None:
    words = said(made(midwife, full, "kraamzorg"))
    assert "verloor haar moeder" in words, "the published transaction has it"
    assert "liefst in bad" in words
    for part in ("Hiv", "7,1", "zwangerschap 1", "Uitkomst van de vragenlijst"):
        assert part.lower() not in words.lower(), part


def test_youth_health_care_gets_birth_and_child_and_nothing_of_before(
    full: CareRegion, midwife: Workplace
) -> None:
    wrote(full, "linde", "birth_child", date(2026, 9, 20), 1, birth_date="2026-09-20",
          birth_weight="3410", apgar_5="9")  # fmt: skip
    words = said(made(midwife, full, "jgz"))
    for part in ("3410", "G2 P1", "Apgar"):
        assert part in words, part
    for part in ("verloor haar moeder", "labetalol", "Penicilline", "Hiv", "liefst in bad"):
        assert part not in words, part


def test_the_gp_gets_the_course_and_no_psychosocial_story(
    full: CareRegion, midwife: Workplace
) -> None:
    wrote(full, "linde", "six_weeks", date(2026, 9, 30), contraception="pill")
    words = said(made(midwife, full, "huisarts"))
    for part in ("Penicilline", "labetalol", "Anticonceptie"):
        assert part in words, part
    for part in ("verloor haar moeder", "Hiv", "liefst in bad"):
        assert part not in words, part


def test_of_what_others_wrote_only_what_the_sender_may_see(
    full: CareRegion, midwife: Workplace
) -> None:
    wrote(full, "zee", "complication", date(2026, 6, 1), complication_explanation="gezien in Zee")
    assert "gezien in Zee" in said(made(midwife, full, "ziekenhuis"))
    full.says("zee", "linde", is_given=False)
    assert "gezien in Zee" not in said(made(midwife, full, "ziekenhuis"))


def test_of_what_others_wrote_only_what_she_lets_the_receiver_see(
    full: CareRegion, midwife: Workplace
) -> None:
    wrote(full, "zee", "complication", date(2026, 6, 1), complication_explanation="gezien in Zee")
    agreed = said(made(midwife, full, "kraamzorg"))
    assert "gezien in Zee" not in agreed
    assert "zij stemde in met delen met deze ontvanger" in agreed
    full.says("", "", is_given=True, kind="kraamzorg")
    agreed = said(made(midwife, full, "kraamzorg"))
    assert "gezien in Zee" in agreed
    assert "zij stemde in" in agreed
    full.says("zee", "", is_given=False, kind="kraamzorg")
    assert "gezien in Zee" not in said(made(midwife, full, "kraamzorg"))


@pytest.mark.parametrize(
    ("kind", "refused_for"),
    [
        ("huisarts", "gp"),
        ("jgz", "youth_care"),
        ("kraamzorg", "kraamzorg"),
        ("ziekenhuis", "hospital"),
    ],
)
def test_on_her_objection_no_letter_is_made(
    full: CareRegion, midwife: Workplace, kind: str, refused_for: str
) -> None:
    full.says("linde", "", is_given=False, kind=refused_for)
    for key in KINDS:
        chosen = letter_kind(key, TODAY)
        assert chosen is not None
        answer = letter_for(midwife, full.noor.pk, chosen, AT)
        assert isinstance(answer, Rejected) is (key == kind)


def test_an_objection_to_one_hospital_leaves_the_other(
    full: CareRegion, midwife: Workplace
) -> None:
    full.says("", "zee", is_given=False)
    chosen = letter_kind("ziekenhuis", TODAY)
    assert chosen is not None
    zee = full.organisations["zee"]
    assert isinstance(letter_for(midwife, full.noor.pk, chosen, AT, zee), Rejected)
    assert made(midwife, full, "ziekenhuis", to=full.organisations["gyn"]).receiver == "Gyn"


def test_a_kraam_carer_sends_no_more_than_she_sees(full: CareRegion) -> None:
    full.says("", "", is_given=True)
    kraam = full.carer("kraam")
    words = said(made(kraam, full, "ziekenhuis"))
    assert "Hiv" not in words
    assert "liefst in bad" in words


def test_what_was_corrected_or_an_error_is_not_handed_over(
    full: CareRegion, midwife: Workplace
) -> None:
    wrong = wrote(full, "linde", "complication", complication_explanation="van een ander")
    person = Person.objects.get(username="linde")
    mark_in_error(
        wrong, "verkeerde vrouw", person=person, organisation=full.organisations["linde"],
        role="midwife", at=AT,
    )  # fmt: skip
    assert "van een ander" not in said(made(midwife, full, "ziekenhuis"))


def test_an_open_question_goes_with_her(full: CareRegion, midwife: Workplace) -> None:
    gyn, linde = full.organisations["gyn"], full.organisations["linde"]
    assert ask_consult(full.noor, gyn, "Buigt de groei af?", TODAY, asked_by=linde)
    words = said(made(midwife, full, "ziekenhuis"))
    assert "Open vragen" in words
    assert "Buigt de groei af?" in words
    words = said(made(midwife, full, "huisarts"))
    assert "om raad gevraagd" in words
    assert "Buigt" not in words, "what is asked may tell more than the GP's part"


def test_contacts_stand_in_a_table_the_last_first(full: CareRegion, midwife: Workplace) -> None:
    for month, pressure in enumerate((118, 124, 136), 5):
        wrote(full, "linde", "prenatal_contact", date(2026, month, 3),
              blood_pressure_systolic=str(pressure), blood_pressure_diastolic="80", weight="70.5",
              policy=f"beleid in maand {month}")  # fmt: skip
    letter = made(midwife, full, "ziekenhuis")
    (table,) = [
        part.contacts for section in letter.sections for part in section.parts if part.contacts
    ]
    assert [row[0] for row in table.rows] == ["03-07-2026", "03-06-2026", "03-05-2026"]
    assert table.rows[0][1] == "21+4"
    assert table.columns[2:5] == ("Bloeddruk (mmHg)", "Gewicht (kg)", "Door")
    assert table.rows[0][2:4] == ("136/80", "70,5")
    words = said(letter)
    assert "beleid in maand 7" in words
    assert "beleid in maand 5" not in words


def test_after_the_birth_the_contacts_before_it_keep_their_weeks(
    full: CareRegion, midwife: Workplace
) -> None:
    for month in (5, 6):
        wrote(full, "linde", "prenatal_contact", date(2026, month, 3), weight="70.5")
    wrote(full, "linde", "birth_child", date(2026, 9, 20), 1, birth_date="2026-09-20")
    letter = made(midwife, full, "ziekenhuis")
    (table,) = [
        part.contacts for section in letter.sections for part in section.parts if part.contacts
    ]
    assert [row[1] for row in table.rows] == ["17+2", "12+6"]
    assert letter.summary[0].value == "32+6"
    assert letter.summary[0].note == "geboorte op 20-09-2026"


def test_the_letter_is_dutch_in_every_language(full: CareRegion, midwife: Workplace) -> None:
    with translation.override("en"):
        words = said(made(midwife, full, "ziekenhuis"))
    for part in ("Voorgeschiedenis", "Allergieën", "verloskundige"):
        assert part in words, part


def test_of_a_woman_of_whom_nothing_was_written_there_is_a_letter_too(
    region: CareRegion, midwife: Workplace
) -> None:
    region.noor.woman.name = ""
    region.noor.woman.save()
    words = said(made(midwife, region, "huisarts"))
    assert "Z-Noor" in words
    assert "nog niet bekend" in words
    assert "nog niemand" in words


def test_her_words_stay_words(full: CareRegion, midwife: Workplace) -> None:
    full.noor.woman.name = '#eval("1+1") *Noor*'
    full.noor.woman.save()
    wrote(full, "linde", "complication", complication_explanation="]#panic[ $x$ Đặng Şükran")
    words = said(made(midwife, full, "ziekenhuis"))
    assert '#eval("1+1") *Noor*' in words
    assert "]#panic[ $x$ Đặng Şükran" in words


def test_three_hundred_entries_make_a_letter_within_two_seconds(
    full: CareRegion, midwife: Workplace
) -> None:
    for day in range(300):
        wrote(full, "linde", "prenatal_contact", date(2026, 4, 1) + timedelta(days=day % 180),
              blood_pressure_systolic=str(100 + day % 40), policy=f"beleid {day}")  # fmt: skip
    began = perf_counter()
    drawn = as_pdf(made(midwife, full, "ziekenhuis"), AT)
    assert perf_counter() - began < 2
    assert len(read(drawn).pages) < 6


def test_the_same_record_gives_the_same_letter(full: CareRegion, midwife: Workplace) -> None:
    first, again = (as_pdf(made(midwife, full, "ziekenhuis"), AT) for _ in range(2))
    assert first == again


def test_a_letter_asks_few_questions_of_the_database(
    full: CareRegion, midwife: Workplace, django_assert_max_num_queries: Any
) -> None:
    with django_assert_max_num_queries(8):
        made(midwife, full, "ziekenhuis")


def every_value(letter: Letter) -> Sequence[str]:
    return [
        fact.value for section in letter.sections for part in section.parts for fact in part.facts
    ]


def test_what_is_not_so_stands_in_one_line(full: CareRegion, midwife: Workplace) -> None:
    letter = made(midwife, full, "ziekenhuis")
    assert "nee" not in every_value(letter)
    assert any("Longen" in value for value in every_value(letter))


def test_it_was_made_at_the_moment_it_says(full: CareRegion, midwife: Workplace) -> None:
    late = datetime(2026, 10, 24, 22, 30, tzinfo=UTC)
    chosen = letter_kind("huisarts", TODAY)
    assert chosen is not None
    letter = letter_for(midwife, full.noor.pk, chosen, late)
    assert isinstance(letter, Letter)
    assert letter.made == "gemaakt 25-10-2026 00:30", "the Dutch day, an hour before winter time"


def test_of_two_records_the_letter_tells_who_she_is_by_both(
    full: CareRegion, midwife: Workplace
) -> None:
    """The record that was kept has her name and BSN, the other alone her birth date."""
    kept = Woman.objects.create(
        reference="W-kept", name="Noor Vis", bsn="111222333", postcode="1462 VK"
    )
    Woman.objects.filter(pk=full.noor.woman_id).update(same_as=kept, postcode="9999 ZZ")
    letter = made(midwife, full, "ziekenhuis")
    assert letter.name == "Noor Vis" and letter.footer == "Noor Vis, geboren 12-03-1994"
    identity = {fact.label: fact.value for fact in letter.identity}
    assert identity["BSN"] == "111222333" and identity["Geboren"] == "12-03-1994"
    assert identity["Postcode"] == "1462 VK"
