"""Reading the record, one entry of it, and correcting that."""

import re
from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries import slots
from ooievaar.record.entries.fetching import fetched
from ooievaar.record.entries.growth_chart import Point, growth_chart
from ooievaar.record.entries.models import Draft, Entry, Observation
from ooievaar.record.entries.tests.writing import Desk
from ooievaar.record.models import CareActivity
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def linde(region: CareRegion) -> Desk:
    return Desk(region, "linde")


def correct(desk: Desk, entry: Entry, typed: dict[str, Any], **more: Any) -> Any:
    return desk.post(
        f"{entry.pk}/verbeteren/", {"version": entry.pk, "doe": "klaar", **typed}, **more
    )


def weights(entry: Entry) -> list[str]:
    found = Observation.objects.filter(entry=entry, element="weight")
    return [row.value for row in found]


def test_an_empty_dossier_says_what_will_stand_here(linde: Desk) -> None:
    text = linde.text()
    assert "Kies hierboven een formulier" in text and "Prenatale controle" in text


def test_the_dossier_shows_what_is_known_and_by_whom(region: CareRegion, linde: Desk) -> None:
    linde.wrote("prenatal_contact", {"weight": "70", "blood_pressure_systolic": "118"}, days_ago=9)
    gyn = Desk(region, "gyn")
    gyn.wrote("laboratory", {"blood_group": "O"}, days_ago=4)
    text = linde.text().replace("\u00a0", " ")
    for words in ("70 kg", "Bloedgroep", "telt als: controle", "gynaecoloog, Gyn", "118/–"):
        assert words in text, words
    (look,) = AccessEvent.objects.filter(kind=Kind.READ)
    assert (look.object_type, look.women) == ("record", [linde.pregnancy.woman_id])


def test_an_entry_that_counts_as_several_acts_has_its_values_once(linde: Desk) -> None:
    tests = {"performed_by": "own", "hiv": "negative", "hbsag": "negative", "hb": "7.5"}
    entry = linde.wrote("laboratory", tests)
    assert entry.counted.count() > 1
    (found,) = fetched(Entry.objects.all())
    assert {row.element: row.value for row in found.observations.all()} == tests
    assert len(found.observations.all()) == len(tests)
    assert len(found.counted.all()) == entry.counted.count()


def test_entries_are_narrowed_by_form_and_by_organisation(region: CareRegion, linde: Desk) -> None:
    linde.wrote("note", {"note_text": "Eerste notitie"})
    Desk(region, "gyn").wrote("laboratory", {"blood_group": "O"})
    titles = r'class="entry-title"><a[^>]*>([^<]*)'
    assert re.findall(titles, linde.text("?formulier=note")) == ["Notitie"]
    gyn = region.organisations["gyn"].pk
    assert re.findall(titles, linde.text(f"?organisatie={gyn}")) == ["Laboratorium"]
    assert "Niets van deze keuze." in linde.text(f"?organisatie={gyn}&formulier=note")


def test_of_others_a_sonographer_sees_her_part_and_only_with_consent(
    region: CareRegion, linde: Desk
) -> None:
    linde.wrote("due_date", {"due_date": "2026-11-09", "due_date_method": "crl"})
    linde.wrote("psychosocial", {"psychiatry_explanation": "alleen voor ons"})
    echo = Desk(region, "echo")
    assert "Termijnecho: kruin-romplengte" not in echo.text()
    region.says("", "echo", is_given=True, at=timezone.now())
    text = echo.text()
    assert "Termijnecho: kruin-romplengte" in text
    assert "alleen voor ons" not in text
    kept = Entry.objects.get(form="psychosocial")
    assert echo.get(f"{kept.pk}/").status_code == 403


def test_what_the_pathway_asks_is_fetched_with_a_button_to_write_it(
    linde: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    today = timezone.localdate()
    week = timedelta(days=7)
    items = [
        slots.DueItem("a", "Hb 27 weken", "laboratory", "midwives", today - week, today, True),
        slots.DueItem("b", "Kraamintake", "kraam_day", "kraamzorg", today, today + week, False),
    ]
    monkeypatch.setattr(slots, "DUE_PARTS", slots.DUE_PARTS)
    slots.DUE_PARTS[:] = [lambda pregnancy_id, at: items]
    text = linde.text("?deel=nu")
    assert "te laat" in text and f"{linde.dossier}nieuw/laboratory/" in text
    # What another role fills in is shown, without a button.
    assert "Kraamintake" in text and "nieuw/kraam_day/" not in text


def test_an_entry_shows_its_versions_with_what_changed(linde: Desk) -> None:
    first = linde.wrote("prenatal_contact", {"weight": "70", "policy": "rust"})
    second = linde.wrote("prenatal_contact", {"weight": "71", "policy": "rust"}, replaces=first)
    for one in (first, second):
        text = linde.text(f"{one.pk}/").replace("\u00a0", " ")
        assert "versie 2" in text and "Telt als: controle" in text
        assert re.search(r"<del>.*70 kg</del>", text) and re.search(r"<ins>.*71 kg</ins>", text)


def test_a_correction_is_a_new_version_and_the_old_one_stays(linde: Desk) -> None:
    entry = linde.wrote("prenatal_contact", {"weight": "70"})
    assert 'value="70"' in linde.text(f"{entry.pk}/verbeteren/")
    correct(linde, entry, {"weight-0": "71"})
    newest = Entry.objects.get(replaces=entry)
    assert (weights(entry), weights(newest)) == (["70"], ["71"])
    assert CareActivity.objects.filter(counted_of__entry=newest, withdrawal=None).count() == 1


def test_two_corrections_at_once_stand_side_by_side(region: CareRegion, linde: Desk) -> None:
    entry = linde.wrote(
        "prenatal_contact", {"weight": "70", "fundus_height": "28", "policy": "rust"}
    )
    other = Desk(region, "linde")
    kept = {"fundus_height-0": "28", "policy-0": "rust"}
    correct(other, entry, {**kept, "weight-0": "72", "fundus_height-0": "29"})
    text = correct(linde, entry, {**kept, "weight-0": "71"}).content.decode().replace("\u00a0", " ")
    for words in ("verbeterde dit ook", "70 kg", "71 kg", "72 kg", "29 cm"):
        assert words in text, words
    assert "rust</td>" not in text
    # Who changed a value proposes it: hers for the weight, the other's for the height.
    assert re.search(r'name="choose-weight-0" value="mine" checked', text)
    assert re.search(r'name="choose-fundus_height-0" value="theirs" checked', text)
    assert Entry.objects.count() == 2
    chosen = {
        **kept, "weight-0": "71", "merged": "1",
        "choose-weight-0": "mine", "choose-fundus_height-0": "theirs",
    }  # fmt: skip
    correct(linde, entry, chosen)
    newest = Entry.objects.get(replaced_by=None)
    found = {row.element: row.value for row in newest.observations.all()}
    assert found == {"weight": "71", "fundus_height": "29", "policy": "rust"}
    assert Entry.objects.count() == 3


def test_a_draft_of_a_correction_is_kept_apart(linde: Desk) -> None:
    entry = linde.wrote("prenatal_contact", {"weight": "70"})
    linde.post("concept/prenatal_contact/", {"version": entry.pk, "weight-0": "7"})
    assert Draft.objects.get().replaces == entry
    # Somebody corrects it meanwhile: what was typed still stands beside the version it began with.
    other = Desk(linde.region, "linde")
    newest = other.wrote("prenatal_contact", {"weight": "72"}, replaces=entry)
    text = linde.text(f"{newest.pk}/verbeteren/")
    assert 'value="7"' in text and f'name="version" value="{entry.pk}"' in text
    assert 'value="7"' in linde.text(f"{entry.pk}/verbeteren/")
    correct(linde, entry, {"weight-0": "71", "merged": "1"})
    assert not Draft.objects.exists()


def test_an_error_is_marked_with_a_reason_and_stays_readable(linde: Desk) -> None:
    entry = linde.wrote("prenatal_contact", {"weight": "70"})
    text = linde.client.post(
        f"{linde.dossier}{entry.pk}/?vergissing", {"reason": ""}
    ).content.decode()
    assert "Zeg in ten hoogste 200 tekens" in text
    linde.client.post(f"{linde.dossier}{entry.pk}/", {"reason": "verkeerde vrouw"})
    marked = Entry.objects.get(replaces=entry)
    assert marked.is_in_error
    text = linde.text(f"{marked.pk}/").replace("\u00a0", " ")
    assert "Per vergissing ingevoerd" in text and "70 kg" in text and "Verbeteren</a>" not in text
    text = linde.text().replace("\u00a0", " ")
    assert "verkeerde vrouw" in text and "70 kg" in text
    assert not CareActivity.objects.filter(counted_of__entry=entry, withdrawal=None).exists()


def test_only_the_own_organisation_corrects(region: CareRegion, linde: Desk) -> None:
    entry = linde.wrote("prenatal_contact", {"weight": "70"})
    gyn = Desk(region, "gyn")
    gyn.wrote("laboratory", {"blood_group": "O"})
    assert "Verbeteren</a>" not in gyn.text(f"{entry.pk}/")
    assert gyn.get(f"{entry.pk}/verbeteren/").status_code == 403
    assert correct(gyn, entry, {"weight-0": "99"}).status_code == 403
    gyn.client.post(f"{gyn.dossier}{entry.pk}/", {"reason": "mag niet"})
    assert Entry.objects.filter(form="prenatal_contact").count() == 1


def test_an_entry_of_another_pregnancy_does_not_open_here(region: CareRegion, linde: Desk) -> None:
    duin = Desk(region, "duin", woman="saskia")
    entry = duin.wrote("prenatal_contact", {"weight": "70"})
    assert linde.get(f"{entry.pk}/").status_code == 403
    assert linde.get(f"{entry.pk}/verbeteren/").status_code == 403


def test_growth_shows_a_line_per_fetus_with_its_source(region: CareRegion, linde: Desk) -> None:
    assert "Nog geen metingen" in linde.client.get(growth(linde)).content.decode()
    scan = {"scan_kind": "growth", "hc:1": "290", "hc:2": "250", "ac:1": "270"}
    Desk(region, "echo").wrote("ultrasound", scan, days_ago=3)
    due = timezone.localdate() + timedelta(days=280 - 217)
    linde.wrote("due_date", {"due_date": due.isoformat(), "due_date_method": "crl"})
    text = linde.client.get(growth(linde)).content.decode().replace("\u00a0", " ")
    assert "INTERGROWTH-21st" in text and "Foetus 2" in text
    assert text.count('class="track track-1"') == 3 and text.count('class="track track-2"') == 2
    assert "30+4" in text and "290 mm" in text and "&lt; p1" in text


def growth(desk: Desk) -> str:
    return f"/zwangeren/{desk.pregnancy.pk}/groei/"


def test_a_chart_keeps_everything_inside_and_in_order() -> None:
    spread = {"low": 0.9, "middle": 1.0, "high": 1.1}
    points = [Point(200, 400.0, 1, "groot"), Point(100, 20.0, 1, "klein")]
    chart = growth_chart(points, lambda days, side: days * spread[side], 98, 280)
    (track,) = chart.tracks
    assert [mark.said for mark in track.marks] == ["klein", "groot"]
    for mark in track.marks:
        assert chart.left <= mark.x <= chart.right and chart.top <= mark.y <= chart.bottom
    assert track.marks[0].y > track.marks[1].y
    assert [label.text for label in chart.labels] == ["p90", "p50", "p10"]


def test_the_day_of_a_leap_year_is_a_day(linde: Desk) -> None:
    entry = linde.wrote("due_date", {"due_date": "2028-02-29", "due_date_method": "estimate"})
    assert entry.pk and "29-02-2028" in linde.text()
    assert linde.pregnancy.versions.last().due_on == date(2028, 2, 29)  # type: ignore[union-attr]
