"""Writing in the record, as those who do it meet it."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.models import Draft, Entry, Observation, RepeatChoice
from ooievaar.record.entries.tests.writing import CHECK, Desk
from ooievaar.record.models import CareActivity
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def linde(region: CareRegion) -> Desk:
    return Desk(region, "linde")


def values_of(entry: Entry) -> dict[str, str]:
    rows = Observation.objects.filter(entry=entry)
    return {f"{row.element}:{row.number}": row.value for row in rows}


def field(page: str, name: str) -> str:
    """Return the tag of a field."""
    found = re.search(rf'<(?:input|textarea|select)[^>]*name="{name}"[^>]*>', page)
    assert found, name
    return found[0]


def test_a_check_is_written_in_one_go_and_counts_as_care(linde: Desk) -> None:
    answer = linde.finish("prenatal_contact", CHECK, follow=True)
    text = answer.content.decode()
    assert "Prenatale controle is vastgelegd. Telt als: controle." in text
    entry = Entry.objects.get()
    assert values_of(entry) == {
        "weight:0": "71.5", "fundus_height:0": "30", "fetal_heart_rate:1": "140",
    }  # fmt: skip
    assert (entry.person, entry.happened_minute) == (linde.held.person, 10 * 60 + 30)
    assert [link.activity.code for link in entry.counted.all()] == ["V-CON"]
    (change,) = AccessEvent.objects.filter(kind=Kind.CHANGE)
    assert (change.object_type, change.women) == ("entry", [linde.pregnancy.woman_id])
    assert "71" not in str(change.detail)


def test_what_it_will_count_as_is_said_before_it_is_finished(linde: Desk) -> None:
    assert "Telt als prenatale controle, eerste lijn." in linde.text("nieuw/prenatal_contact/")


def test_a_consult_takes_at_most_twelve_interactions(linde: Desk) -> None:
    """From the pregnancy: the tab, the form, eight values that a check has, and the button."""
    assert f'href="{linde.dossier}"' in linde.text()
    assert f'href="{linde.dossier}nieuw/prenatal_contact/"' in linde.text()
    typed = {
        "blood_pressure_systolic-0": "118", "blood_pressure_diastolic-0": "74", "weight-0": "71,5",
        "fundus_height-0": "30", "fetal_lie-1": "head", "fetal_heart_rate-1": "140",
        "fetal_movements-1": "good", "policy-0": "Over twee weken terug",
    }  # fmt: skip
    linde.finish("prenatal_contact", typed)
    assert len(values_of(Entry.objects.get())) == len(typed)
    assert 1 + 1 + len(typed) + 1 <= 12


def test_an_unusual_value_is_asked_about_once_and_an_impossible_one_refused(linde: Desk) -> None:
    text = linde.finish(
        "prenatal_contact", {"weight-0": "140", "policy-0": "rust"}
    ).content.decode()
    assert "is ongewoon (45 tot 130). Klopt het?" in text
    assert 'name="sure" value="weight-0=140"' in text
    assert "rust" in text and not Entry.objects.exists()
    refused = {"weight-0": "1400", "sure": "weight-0=1400"}
    text = linde.finish("prenatal_contact", refused).content.decode()
    assert "gevonden 1400 kg" in text and not Entry.objects.exists()
    # Sure of one value is not sure of another.
    linde.finish("prenatal_contact", {"weight-0": "141", "sure": "weight-0=140"})
    assert not Entry.objects.exists()
    linde.finish("prenatal_contact", {"weight-0": "140", "sure": "weight-0=140"})
    assert values_of(Entry.objects.get()) == {"weight:0": "140"}


def test_what_is_needed_must_be_there_and_a_form_is_never_empty(linde: Desk) -> None:
    text = linde.finish("ultrasound", {"scan_indication-0": "groei"}).content.decode()
    assert "Vul dit in." in text and "groei" in text
    text = linde.finish("prenatal_contact", {}).content.decode()
    assert "Vul ten minste één onderdeel in." in text
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    text = linde.finish("prenatal_contact", {**CHECK, "happened_on": tomorrow}).content.decode()
    assert "nog niet gebeurd" in text
    assert not Entry.objects.exists()


def test_what_was_known_is_filled_in_and_says_since_when(linde: Desk) -> None:
    linde.wrote("lifestyle", {"smoking": "never"}, days_ago=20)
    linde.wrote("prenatal_contact", {"weight": "70.5"}, days_ago=20)
    day = f"{timezone.localdate() - timedelta(days=20):%d-%m-%Y}"
    text = linde.text("nieuw/lifestyle/")
    assert f"was bekend sinds {day} (Linde); klopt dit nog?" in text
    assert '<option value="never" selected' in text
    # What is measured every time stays empty; the last value stands under it.
    text = linde.text("nieuw/prenatal_contact/")
    assert f"70,5 kg, {day}" in text.replace("\u00a0", " ")
    assert "value=" not in field(text, "weight-0")


def test_a_test_that_was_made_is_not_made_again_by_finishing_the_form(linde: Desk) -> None:
    linde.wrote("laboratory", {"hiv": "negative", "performed_by": "own"}, days_ago=40)
    before = CareActivity.objects.filter(code__startswith="L-").count()
    # So nothing of it is filled in, and what was found then stands under it.
    text = linde.text("nieuw/laboratory/")
    assert re.search(r'name="hiv-0" value=""[^>]*checked', text)
    assert "vorige: Negatief" in text
    linde.finish("laboratory", {"hb-0": "7,2", "performed_by-0": "own"})
    assert values_of(Entry.objects.order_by("pk").last() or Entry()) == {
        "hb:0": "7.2", "performed_by:0": "own",
    }  # fmt: skip
    codes = CareActivity.objects.filter(code__startswith="L-").order_by("pk")
    assert "L-HIV" not in [one.code for one in codes[before:]]


def test_a_draft_is_kept_while_typing_and_gone_when_finished(linde: Desk) -> None:
    answer = linde.post("concept/prenatal_contact/", {"weight-0": "7"})
    text = answer.content.decode()
    assert "Concept opgeslagen" in text and "<html" not in text
    assert Draft.objects.get().values["weight:0"] == "7"
    assert "Verder" in linde.text()
    text = linde.text("nieuw/prenatal_contact/")
    assert 'value="7"' in field(text, "weight-0")
    linde.finish("prenatal_contact", CHECK)
    assert not Draft.objects.exists()


def test_a_draft_is_kept_by_who_may_finish_it_and_noted_once(
    region: CareRegion, linde: Desk
) -> None:
    for typed in ("7", "70"):
        linde.post("concept/prenatal_contact/", {"weight-0": typed})
    assert AccessEvent.objects.filter(object_type="draft").count() == 1
    for other in (Desk(region, "duin"), Desk(region, "kraam")):
        assert other.post("concept/prenatal_contact/", {"weight-0": "1"}).status_code == 403
    foreign = Desk(region, "gyn").wrote("laboratory", {"hb": "7.5"})
    asked = {"hb-0": "1", "version": foreign.pk}
    assert linde.post("concept/laboratory/", asked).status_code == 403
    assert Draft.objects.count() == 1


def test_a_draft_can_be_thrown_away(linde: Desk) -> None:
    linde.post("concept/note/", {"note_text-0": "toch niet"})
    linde.post("nieuw/note/", {"doe": "weg"})
    assert not Draft.objects.exists() and not Entry.objects.exists()


def test_two_people_see_each_other_and_nothing_is_lost(region: CareRegion, linde: Desk) -> None:
    colleague = Desk(region, "linde")
    opened = field(linde.text("nieuw/prenatal_contact/"), "opened_at")
    opened_at = re.findall(r'value="([^"]*)"', opened)[0]
    colleague.post("concept/prenatal_contact/", {"weight-0": "99,9"})
    mine = {**CHECK, "opened_at": opened_at}
    text = linde.post("concept/prenatal_contact/", mine).content.decode()
    assert "vult nu hetzelfde formulier in" in text
    assert "99,9" not in text
    colleague.finish("prenatal_contact", {"weight-0": "72"})
    text = linde.post("concept/prenatal_contact/", mine).content.decode()
    assert "legde om" in text and "Prenatale controle" in text
    text = linde.finish("prenatal_contact", mine).content.decode()
    assert "Een ander rondde dit formulier intussen af" in text
    assert 'value="71,5"' in field(text, "weight-0")
    assert Entry.objects.count() == 1
    linde.finish("prenatal_contact", {**mine, "seen": "on"})
    assert Entry.objects.count() == 2


def test_twins_have_their_own_fields_and_a_third_can_be_added(linde: Desk) -> None:
    linde.wrote(
        "due_date", {"due_date": "2026-11-09", "due_date_method": "crl", "fetus_count": "2"}
    )
    text = linde.text("nieuw/ultrasound/")
    assert "Foetus 1 · Kind" in text and "Foetus 2 · Kind" in text
    typed = {"scan_kind-0": "growth", "hc-1": "250", "hc-2": "240", "count": "2"}
    text = linde.post("nieuw/ultrasound/", {**typed, "doe": "nog"}).content.decode()
    assert 'value="240"' in field(text, "hc-2") and field(text, "hc-3")
    assert not Entry.objects.filter(form="ultrasound").exists()
    linde.finish("ultrasound", typed)
    entry = Entry.objects.get(form="ultrasound")
    assert values_of(entry) == {"scan_kind:0": "growth", "hc:1": "250", "hc:2": "240"}


def test_parity_that_contradicts_the_history_is_asked_about(linde: Desk) -> None:
    earlier = {"earlier_ending:1": "birth", "earlier_gestation_weeks:1": "40"}
    linde.wrote("obstetric_history", earlier)
    typed = {"intake_kind-0": "first", "gravidity-0": "4", "parity-0": "1"}
    text = linde.finish("intake", typed).content.decode()
    assert "Graviditeit: gevonden 4; verwacht 2" in text
    linde.finish("intake", {**typed, "sure": "gravidity-0=4"})
    assert Entry.objects.filter(form="intake").exists()


def test_a_form_of_another_role_is_refused_in_words(region: CareRegion) -> None:
    kraam = Desk(region, "kraam")
    answer = kraam.get("nieuw/prenatal_contact/")
    assert answer.status_code == 403
    assert "Verloskundige" in answer.content.decode()
    assert kraam.finish("prenatal_contact", CHECK).status_code == 403
    assert kraam.get("nieuw/kraam_day/").status_code == 200
    assert not Entry.objects.exists()


def test_another_practice_is_refused_as_if_she_did_not_exist(region: CareRegion) -> None:
    duin = Desk(region, "duin")
    for rest in ("", "nieuw/prenatal_contact/", "nieuw/bestaat-niet/"):
        assert duin.get(rest).status_code == 403
    assert duin.finish("prenatal_contact", CHECK).status_code == 403
    assert duin.client.get("/zwangeren/999999/dossier/").status_code == 403
    assert not Entry.objects.exists()


def scanned(region: CareRegion, days_ago: int = 3) -> Entry:
    echo = Desk(region, "echo")
    return echo.wrote("ultrasound", {"scan_kind": "growth", "hc:1": "250"}, days_ago=days_ago)


def test_a_scan_that_a_partner_made_is_shown_first_and_not_made_again(
    region: CareRegion, linde: Desk
) -> None:
    made = scanned(region)
    text = linde.text("nieuw/ultrasound/")
    assert "Al gedaan door een partner" in text and "Groei-echo" in text
    assert f"{linde.dossier}{made.pk}/" in text
    linde.post("nieuw/ultrasound/", {"doe": "niet-opnieuw", "diagnostic": "growth_scan"})
    linde.post("nieuw/ultrasound/", {"doe": "niet-opnieuw", "diagnostic": "growth_scan"})
    choice = RepeatChoice.objects.get()
    assert (choice.is_prevented, choice.earlier, choice.entry) == (True, made, None)
    assert "Al gedaan door een partner" not in linde.text("nieuw/ultrasound/")


def test_a_scan_that_is_made_again_needs_a_reason_and_is_counted(
    region: CareRegion, linde: Desk
) -> None:
    scanned(region)
    typed: dict[str, Any] = {"scan_kind-0": "growth", "hc-1": "252"}
    text = linde.finish("ultrasound", typed).content.decode()
    assert "Zeg waarom het opnieuw nodig was." in text and 'name="repeat_reason"' in text
    linde.finish("ultrasound", {**typed, "repeat_reason": "minder leven"})
    choice = RepeatChoice.objects.get()
    assert (choice.is_prevented, choice.reason) == (False, "minder leven")
    assert choice.entry == Entry.objects.order_by("pk").last()


def test_another_scan_or_an_old_one_is_no_repeat(region: CareRegion, linde: Desk) -> None:
    scanned(region, days_ago=30)
    assert "Al gedaan door een partner" not in linde.text("nieuw/ultrasound/")
    scanned(region)
    linde.finish("ultrasound", {"scan_kind-0": "position", "scan_lie-1": "head"})
    assert Entry.objects.filter(form="ultrasound").count() == 3
    assert not RepeatChoice.objects.exists()


def test_the_page_asks_by_itself_what_others_did_and_keeps_nothing(linde: Desk) -> None:
    colleague = Desk(linde.region, "linde")
    text = linde.text("nieuw/prenatal_contact/")
    assert 'hx-trigger="every 30s"' in text and '"X-Idle"' in text
    opened_at = re.findall(r'value="([^"]*)"', field(text, "opened_at"))[0]
    asks = {"looks": "1", "opened_at": opened_at, "weight-0": "7"}
    assert "entry-news" not in linde.post("concept/prenatal_contact/", asks).content.decode()
    colleague.post("concept/prenatal_contact/", {"weight-0": "99,9"})
    colleague.finish("note", {"note_text-0": "Belde over de uitslag"})
    answer = linde.post("concept/prenatal_contact/", asks).content.decode()
    assert "vult nu hetzelfde formulier in" in answer and "Notitie" in answer
    assert "99,9" not in answer and "<html" not in answer
    assert not Draft.objects.filter(person=linde.held.person).exists()


def test_what_was_shown_by_itself_is_noted_once(linde: Desk) -> None:
    opened_at = re.findall(
        r'value="([^"]*)"', field(linde.text("nieuw/prenatal_contact/"), "opened_at")
    )[0]
    asks = {"looks": "1", "opened_at": opened_at, "shown_until": ""}
    looks = AccessEvent.objects.filter(kind=Kind.READ, object_type="record")
    linde.post("concept/prenatal_contact/", asks)
    assert not looks.exists()
    Desk(linde.region, "linde").finish("note", {"note_text-0": "Eerste"})
    for _n in range(3):
        text = linde.post("concept/prenatal_contact/", asks).content.decode()
        asks["shown_until"] = re.findall(r'value="([^"]*)"', field(text, "shown_until"))[0]
    assert looks.count() == 1
    Desk(linde.region, "linde").finish("note", {"note_text-0": "Tweede"})
    linde.post("concept/prenatal_contact/", asks)
    assert looks.count() == 2


def test_who_may_not_write_is_shown_nothing_by_asking(linde: Desk) -> None:
    duin = Desk(linde.region, "duin")
    assert duin.post("concept/prenatal_contact/", {"looks": "1"}).status_code == 403
