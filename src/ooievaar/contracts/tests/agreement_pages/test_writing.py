"""An agreement is written, checked, and goes its way from a text to being in force."""

from datetime import date

import pytest

from ooievaar.contracts.agreements.queries import Standing, standing_of
from ooievaar.contracts.agreements.tests.region import Region
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.contracts.models import AgreementRemark, AgreementSignature, AgreementVersion
from ooievaar.contracts.tests.agreement_pages.acting import (
    LIST,
    WRITE,
    added,
    client_of,
    in_force,
    kept,
    one,
    page,
    proposed,
    signing,
    words,
)
from ooievaar.network.models import Membership
from ooievaar.record.access_log.models import AccessEvent, Kind

pytestmark = pytest.mark.django_db


def test_an_agreement_goes_from_a_text_to_being_in_force(region: Region) -> None:
    controller = client_of(region.controller)
    answer = kept(controller, TEXT, 0, "De eerste afspraak.")
    version = AgreementVersion.objects.get()
    assert answer["Location"] == one(version) and version.note == "De eerste afspraak."
    assert "alleen het bureau van de regio ziet het" in words(controller.get(LIST))
    assert controller.post(one(version, "voorstellen/"), {})["Location"] == one(version)

    midwives = client_of(region.representatives["midwives"])
    assert "U kunt tekenen" in words(midwives.get(LIST))
    assert "Uw handtekening wordt gevraagd" in words(midwives.get(one(version)))
    asked = midwives.post(one(version, "gesprek/"), {"kind": "question", "text": "Waarom 60 %?"})
    assert asked["Location"] == one(version) + "#gesprek"
    assert "Er is 1 vraag zonder antwoord." in words(controller.get(LIST))
    question = AgreementRemark.objects.get()
    reading = words(controller.get(one(version), {"antwoord": question.pk}))
    assert "Waarom 60 %?" in reading and "Uw antwoord" in reading
    controller.post(one(version, "gesprek/"), {"answers": question.pk, "text": "Zo was het."})
    assert "Zo was het." in words(midwives.get(one(version)))
    assert "zonder antwoord" not in words(controller.get(LIST))
    midwives.post(one(version, "gesprek/"), {"kind": "consent", "text": ""})
    assert "Instemming: Verloskundigen" in words(controller.get(one(version)))

    early = controller.post(one(version, "van-kracht/"), {})
    assert "Nog te tekenen: De directeur" in words(early, 422)
    for here in (region.director, *region.representatives.values()):
        assert signing(client_of(here), version)["Location"] == one(version)
    assert AgreementSignature.objects.filter(sha256=version.sha256).count() == 5
    assert "U kunt tekenen" not in words(midwives.get(LIST))
    assert "Iedereen heeft getekend" in words(controller.get(LIST))
    assert controller.post(one(version, "van-kracht/"), {})["Location"] == one(version)
    fresh = AgreementVersion.objects.get()
    assert standing_of(fresh, date(2026, 3, 1)) == Standing.IN_FORCE
    shown = words(midwives.get(one(version)))
    assert "Van kracht" in shown and "De eerste afspraak." in shown
    ended = {"ended_on": "2026-07-01", "reason": "Te duur."}
    assert controller.post(one(version, "beeindigen/"), ended)["Location"] == one(version)
    assert "Eindigt op 01-07-2026" in words(midwives.get(one(version)))
    steps = AccessEvent.objects.filter(object_type="agreement_version", kind=Kind.CHANGE)
    assert {event.object_id for event in steps} == {str(version.pk)} and steps.count() == 12


def test_an_empty_list_says_how_to_begin(region: Region) -> None:
    for here, told in (
        (region.controller, "ooievaar agreement write"),
        (region.representatives["midwives"], "Er is nog geen afspraak die u kunt lezen."),
    ):
        assert told in page(here, LIST)
    start = client_of(region.controller).get(WRITE).context["form"]["text"].value()
    assert "titel: Verdeelafspraak 2027" in start and "zoals de oude bekostiging" in start
    assert kept(client_of(region.controller), start, 0).status_code == 302


def test_without_members_there_is_nothing_to_begin_with(region: Region) -> None:
    Membership.objects.all().update(valid_until=date(2026, 1, 1))
    shown = page(region.controller, WRITE)
    assert "Er doet nog niemand mee" in shown


def test_what_is_wrong_names_line_and_key_and_nothing_is_lost(region: Region) -> None:
    client = client_of(region.controller)
    for pair, key in (
        (("verloskundigen: 60 %\n", "verloskundigen: 61 %\n"), "producten.prenataal.aandelen"),
        (
            ("Warme Handen: 180", "Warme Handn: 180"),
            "voorbeelden[2].gegeven[kraamzorg per uur].verricht.Warme Handn",
        ),
        (("€ 342,22", "€ 342,23"), "voorbeelden[Een gewone zwangerschap].dan.De Eerste Stap"),
        (('"08999001"', '"08999011"'), "partijen.De Eerste Stap"),
        (("IGO Waterland", "IGO Elders"), "netwerk"),
    ):
        text = changed(pair)
        lines = list(zip(TEXT.splitlines(), text.splitlines(), strict=True))
        number = next(n for n, (old, new) in enumerate(lines, start=1) if old != new)
        answer = client.post(WRITE, {"text": text, "based_on": 0, "doe": "controleren"})
        shown = words(answer, 422)
        assert f", {key}" in shown, shown[shown.index("faults-title") :][:900]
        found = answer.context["faults"][0][0].row
        # Shares that do not add up are told where they begin.
        assert found in (number, number - 1), (key, found, number)
        assert answer.context["form"]["text"].value() == text
    broken = client.post(WRITE, {"text": "titel: [", "based_on": 0, "doe": "controleren"})
    assert "Regel 2" in words(broken, 422) or "Regel 1" in words(broken, 422)
    assert not AgreementVersion.objects.exists()


def test_every_fault_is_told_at_once(region: Region) -> None:
    text = changed(("deel: 3 %", "deel: drie"), ('uzovi: "9910"', 'uzovi: "99"'))
    answer = client_of(region.controller).post(
        WRITE, {"text": text, "based_on": 0, "doe": "controleren"}
    )
    assert "2 dingen kloppen nog niet" in words(answer, 422)


def test_nothing_is_kept_before_its_answers_were_seen(region: Region) -> None:
    client = client_of(region.controller)
    typed = {"text": TEXT, "based_on": 0, "note": ""}
    straight = client.post(WRITE, {**typed, "doe": "bewaren"})
    assert "Kijk nog eens na" in words(straight)
    token = straight.context["token"]
    other = changed(("deel: 3 %", "deel: 3 % # toch"))
    swapped = client.post(WRITE, {**typed, "text": other, "doe": "bewaren", "antwoorden": token})
    assert "Kijk nog eens na" in words(swapped)
    colleague = client_of(region.director)
    borrowed = colleague.post(WRITE, {**typed, "doe": "bewaren", "antwoorden": token})
    assert "Kijk nog eens na" in words(borrowed)
    assert not AgreementVersion.objects.exists()
    back = client.post(WRITE, {**typed, "doe": "terug"})
    assert back.context["form"]["text"].value() == TEXT


def test_the_check_tells_what_changes_and_what_the_examples_give(
    region: Region, version: AgreementVersion
) -> None:
    text = changed(('uzovi: "9910"\n    ruimte: 2 %', 'uzovi: "9910"\n    ruimte: 4 %'))
    answer = client_of(region.controller).post(
        WRITE, {"text": text, "based_on": 1, "doe": "controleren"}
    )
    shown = words(answer)
    assert "Anders dan versie 1" in shown and "4 % (was: 2 %)" in shown
    assert "Kraamzorg naar uren" in shown and "€\u00a071,29" in shown
    assert AgreementVersion.objects.count() == 1


def test_an_agreement_that_can_never_start_is_told_before_it_is_kept(
    region: Region, version: AgreementVersion
) -> None:
    in_force(region, version)
    text = changed(("deel: 3 %", "deel: 3 % # iets anders"))
    check = client_of(region.controller).post(
        WRITE, {"text": text, "based_on": 1, "doe": "controleren"}
    )
    assert "geldt al vanaf 01-01-2026" in words(check)


def test_what_cannot_be_divided_is_told_before_it_is_kept(
    region: Region, version: AgreementVersion
) -> None:
    text = changed(("    deel: 0,5 %", "    bedrag_per_jaar: € 20.000,00"))
    text = text.partition("voorbeelden:")[0] + (
        "voorbeelden:\n  - naam: Een\n    gegeven:\n      - product: prenataal\n"
        "        bedrag: € 0,00\n    dan:\n      reserve: € 0,00\n"
    )
    client = client_of(region.controller)
    check = client.post(WRITE, {"text": text, "based_on": 1, "doe": "controleren"})
    assert "Zo kan zij niet worden ondertekend." in words(check)
    second = proposed(region, added(region, text))
    shown = page(region.director, one(second))
    assert "Zo kan zij niet worden ondertekend." in shown and "wordt gevraagd" not in shown


def test_what_another_kept_meanwhile_is_not_passed_over(
    region: Region, version: AgreementVersion
) -> None:
    added(region, changed(("ruimte: 2 %", "ruimte: 3 %")))
    client, mine = client_of(region.controller), changed(("ruimte: 2 %", "ruimte: 5 %"))
    answer = kept(client, mine, 1)
    shown = words(answer, 422)
    assert "Iemand anders maakte intussen versie 2." in shown and "3 % (was: 2 %)" in shown
    assert "ruimte: 5 %" in answer.context["form"]["text"].value()
    based_on = int(answer.context["form"]["based_on"].value())
    assert kept(client, mine, based_on).status_code == 302
    assert AgreementVersion.objects.get(number=3).content == mine
