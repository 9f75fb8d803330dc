"""Taking a woman into care: new, known here, known elsewhere, and without a BSN."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.utils import timezone

from ooievaar.network.models import Insurer
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.pages.registering import MOST_TRIES
from ooievaar.record.entries.tests.writing import Desk
from ooievaar.record.models import Coverage, Pregnancy, PregnancyVersion, Woman
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
NEW = "/zwangeren/nieuw/"
BSN, OTHER_BSN = "111222333", "123456782"
BORN = date(1996, 5, 4)


@pytest.fixture
def region() -> CareRegion:
    Insurer.objects.create(uzovi="3311", name="Zilveren Kruis")
    return CareRegion()


@pytest.fixture
def linde(region: CareRegion) -> Desk:
    return Desk(region, "linde")


def register(desk: Desk, **typed: str) -> Any:
    today = timezone.localdate()
    form = {
        "name": "Fleur Jansen",
        "birth_date": BORN.isoformat(),
        "bsn": BSN,
        "without_bsn": "",
        "postcode": "1462vk",
        "insurer": str(Insurer.objects.get().pk),
        "first_intake_on": today.isoformat(),
        "due_on": (today + timedelta(days=210)).isoformat(),
        "method": "crl",
    }
    return desk.client.post(NEW, form | typed)


def known(region: CareRegion, name: str, *, over: bool = True) -> Woman:
    """Let a woman of the small region have a BSN, and her pregnancy be over."""
    pregnancy: Pregnancy = getattr(region, name)
    woman = pregnancy.woman
    woman.bsn, woman.birth_date = BSN, BORN
    woman.save()
    PregnancyVersion.objects.create(
        pregnancy=pregnancy,
        recorded_on=timezone.localdate(),
        first_intake_on=date(2025, 1, 1),
        first_intake_organisation_id=pregnancy.versions.get().first_intake_organisation_id,
        due_on=date(2025, 8, 1),
        end_kind="birth" if over else "ongoing",
        ended_on=date(2025, 8, 1) if over else None,
    )
    return woman


def test_a_woman_is_registered_and_the_intake_follows(linde: Desk) -> None:
    answer = register(linde)
    woman = Woman.objects.get(bsn=BSN)
    (pregnancy,) = woman.pregnancies.all()
    assert answer["Location"] == f"/zwangeren/{pregnancy.pk}/dossier/nieuw/intake/"
    assert linde.client.get(answer["Location"]).status_code == 200
    assert (woman.name, woman.postcode) == ("Fleur Jansen", "1462 VK")
    assert Coverage.objects.get(woman=woman).insurer.name == "Zilveren Kruis"
    assert pregnancy.versions.last().due_precision_days == 3  # type: ignore[union-attr]
    told = {row.element: row.value for row in Entry.objects.get().observations.all()}
    assert (told["due_date_method"], told["due_date_precision_days"]) == ("crl", "3")
    (made,) = AccessEvent.objects.filter(kind=Kind.CHANGE, object_type="pregnancy")
    assert made.women == [woman.pk] and BSN not in str(made.detail)


def test_what_cannot_be_is_said_at_its_field_and_stays(linde: Desk) -> None:
    text = register(
        linde, bsn="111222334", birth_date="2020-01-01", postcode="14 AB", method=""
    ).content.decode()
    for words in ("elfproef", "niemand geboren die nu zwanger is", "vier cijfers en twee letters"):
        assert words in text, words
    assert 'value="Fleur Jansen"' in text
    text = register(linde, bsn="").content.decode()
    assert "kies hieronder waarom het er niet is" in text
    text = register(linde, due_on="2031-01-01").content.decode()
    assert "uitgerekende datum" in text
    assert Woman.objects.filter(name="Fleur Jansen").count() == 0


def test_a_woman_whom_we_know_gets_a_new_pregnancy(region: CareRegion, linde: Desk) -> None:
    woman = known(region, "noor")
    text = register(linde, name="N.").content.decode()
    assert "Dit is Noor" in text and 'name="same"' in text
    assert Woman.objects.count() == 2
    assert register(linde, name="N.", same="on").status_code == 302
    assert woman.pregnancies.count() == 2 and Woman.objects.count() == 2


def test_of_a_woman_of_a_partner_nothing_is_told_but_that_she_is_known(
    region: CareRegion, linde: Desk
) -> None:
    woman = known(region, "saskia")
    text = register(linde).content.decode()
    assert "Deze vrouw is al bekend bij een partner" in text
    for secret in ("Saskia", "Duin", woman.reference):
        assert secret not in text
    assert register(linde, same="on").status_code == 302
    assert woman.pregnancies.count() == 2
    events = AccessEvent.objects.filter(kind=Kind.SEARCH, women=[woman.pk])
    assert events.count() == 2 and events[0].controls == "TFFF"


def test_another_birth_date_with_a_known_bsn_links_nobody(region: CareRegion, linde: Desk) -> None:
    woman = known(region, "noor")
    text = register(linde, birth_date="1991-01-01", same="on").content.decode()
    assert "andere geboortedatum" in text and "Noor" not in text
    assert woman.pregnancies.count() == 1


def test_a_second_running_pregnancy_is_refused(region: CareRegion, linde: Desk) -> None:
    woman = known(region, "saskia", over=False)
    PregnancyVersion.objects.filter(pregnancy=region.saskia)
    region.saskia.versions.create(
        recorded_on=timezone.localdate(),
        first_intake_on=timezone.localdate(),
        first_intake_organisation=region.organisations["duin"],
        due_on=timezone.localdate() + timedelta(days=100),
    )
    text = register(linde, same="on").content.decode()
    # That she is pregnant now is not told to who does not treat her, in no words.
    assert "Met dit BSN schrijft u nu niemand in." in text and 'name="same"' not in text
    assert "zwangerschap van haar" not in text and "Saskia" not in text
    assert woman.pregnancies.count() == 1


def test_who_treats_her_is_told_that_she_is_pregnant_already(
    region: CareRegion, linde: Desk
) -> None:
    woman = known(region, "noor")
    register(linde, same="on")
    text = register(linde, same="on").content.decode()
    assert "Er loopt al een zwangerschap van haar." in text
    assert woman.pregnancies.count() == 2


def test_nobody_tries_numbers_until_one_is_known(region: CareRegion, linde: Desk) -> None:
    known(region, "saskia")
    for _n in range(MOST_TRIES):
        assert "al bekend bij een partner" in register(linde).content.decode()
    text = register(linde).content.decode()
    assert "U zocht te vaak" in text and "al bekend bij een partner" not in text


def test_a_bsn_that_was_unknown_is_completed_later(region: CareRegion, linde: Desk) -> None:
    register(linde, bsn="", without_bsn="later")
    woman = Woman.objects.get(name="Fleur Jansen")
    page = f"/zwangeren/{woman.pregnancies.get().pk}/gegevens/"
    text = linde.client.get(page).content.decode()
    assert "nog onbekend</span> Niet bij zich; volgt later" in text
    told = Entry.objects.get(form="administrative").observations.get()
    assert (told.element, told.value) == ("bsn_missing_reason", "later")
    assert "elfproef" in linde.client.post(page, {"bsn": "123"}).content.decode()
    known(region, "saskia")
    text = linde.client.post(page, {"bsn": BSN}).content.decode()
    assert "al iemand bekend" in text and "Naar samenvoegen" in text
    linde.client.post(page, {"bsn": "1234 56 782"})
    woman.refresh_from_db()
    assert woman.bsn == OTHER_BSN
    text = linde.client.get(page).content.decode()
    assert "******782" in text and OTHER_BSN not in text and 'name="bsn"' not in text
    assert "volgt later" not in text
    # What is known is not replaced.
    assert linde.client.post(page, {"bsn": BSN}).status_code == 200
    woman.refresh_from_db()
    assert woman.bsn == OTHER_BSN


def test_the_details_of_a_woman_of_another_do_not_open(region: CareRegion, linde: Desk) -> None:
    assert linde.client.get(f"/zwangeren/{region.saskia.pk}/gegevens/").status_code == 403
