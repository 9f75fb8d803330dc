"""Signing asks who it is and what was read; a conversation stays what people said."""

import pytest
from django.test import Client

from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.tests.region import AT, Region
from ooievaar.contracts.agreements.tests.texts import changed
from ooievaar.contracts.models import AgreementRemark, AgreementSignature, AgreementVersion
from ooievaar.contracts.tests.agreement_pages.acting import (
    LIST,
    WRITE,
    client_of,
    in_force,
    kept,
    office,
    one,
    page,
    proposed,
    signing,
    words,
)
from ooievaar.network.models import Position
from ooievaar.network.tests.people import come_in

pytestmark = pytest.mark.django_db


def test_signing_asks_again_who_it_is(region: Region, version: AgreementVersion) -> None:
    proposed(region, version)
    held = Position.objects.get(pk=region.director.position_id)
    for step in ("tekenen/", "van-kracht/", "beeindigen/"):
        answer = come_in(Client(), held).get(one(version, step))
        assert answer.status_code == 302 and "opnieuw" in answer["Location"], step


def test_another_text_than_was_read_is_not_signed(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    client = client_of(region.director)
    typed = {"mandate": "Directie", "sha256": "0" * 64}
    assert "een andere tekst" in words(client.post(one(version, "tekenen/"), typed), 422)
    assert "Dit veld is verplicht" in words(signing(client, version, ""), 422)
    assert not AgreementSignature.objects.exists()


def test_a_question_is_still_answered_once_it_holds(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    midwives = region.representatives["midwives"]
    asked = commands.remark(
        version, AgreementRemark.Kind.QUESTION, "En dan?", workplace=midwives, at=AT
    )
    assert isinstance(asked, AgreementRemark)
    in_force(region, version)
    assert "Er is 1 vraag zonder antwoord." in page(region.controller, LIST)
    late = client_of(midwives).post(one(version, "gesprek/"), {"kind": "objection", "text": "Nee"})
    assert late.status_code == 403
    typed = {"answers": asked.pk, "text": "Dan zo."}
    assert client_of(region.controller).post(one(version, "gesprek/"), typed).status_code == 302
    assert "Dan zo." in page(midwives, one(version))


def test_the_office_of_a_party_signs_for_itself(region: Region, version: AgreementVersion) -> None:
    proposed(region, version)
    for agb in ("41999001", "41999002"):
        here = office(region, agb)
        assert "U kunt tekenen" in page(here, LIST)
        assert signing(client_of(here), version).status_code == 302
        assert "U kunt tekenen" not in page(here, LIST)
    shown = page(region.controller, one(version))
    assert "zelf getekend door" in shown
    assert "Kraamzorg (de vertegenwoordiger" not in shown


def test_a_withdrawn_version_asks_nothing_any_more(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    controller = client_of(region.controller)
    assert controller.post(one(version, "intrekken/"), {"reason": ""}).status_code == 422
    controller.post(one(version, "intrekken/"), {"reason": "Toch niet."})
    midwives = region.representatives["midwives"]
    assert "Wacht op u" not in page(midwives, LIST)
    shown = page(midwives, one(version))
    assert "Ingetrokken" in shown and "Toch niet." in shown and "Zelf iets zeggen" not in shown
    assert "ingetrokken" in words(signing(client_of(midwives), version), 422)
    late = client_of(midwives).post(one(version, "gesprek/"), {"kind": "consent"})
    assert late.status_code == 403 and not AgreementRemark.objects.exists()


def test_what_people_write_is_never_markup(region: Region) -> None:
    evil = "<script>alert(1)</script>"
    text = changed(
        ("titel: Verdeelafspraak 2026", f'titel: "{evil}"'),
        ("naam: Een gewone zwangerschap", f'naam: "b {evil}"'),
        ("Kraamzorg gaat al naar uren.", f"Kraamzorg {evil}."),
    )
    client = client_of(region.controller)
    typed = {"text": text, "based_on": 0, "doe": "controleren"}
    assert evil not in client.post(WRITE, typed).content.decode()
    wrong = client.post(WRITE, {**typed, "text": text.replace("3 %", evil)})
    assert wrong.status_code == 422 and evil not in wrong.content.decode()
    assert kept(client, text, 0, evil).status_code == 302
    version = proposed(region, AgreementVersion.objects.get())
    midwives = client_of(region.representatives["midwives"])
    midwives.post(one(version, "gesprek/"), {"kind": "question", "text": evil})
    for address in (LIST, one(version), one(version, "tekenen/")):
        for here in (region.director, region.representatives["midwives"]):
            answer = client_of(here).get(address)
            assert answer.status_code == 200 and evil not in answer.content.decode(), address
            assert "&lt;script&gt;" in answer.content.decode()


def test_what_was_typed_stays_when_it_cannot_be_said(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    client = client_of(region.representatives["hospital"])
    empty = client.post(one(version, "gesprek/"), {"kind": "objection", "text": " "})
    assert "Schrijf iets op." in words(empty, 422)
    long = client.post(one(version, "gesprek/"), {"kind": "question", "text": "x" * 4001})
    assert "x" * 4001 in words(long, 422)
    nothing = client.post(one(version, "gesprek/"), {"answers": 999, "text": "Bij niets."})
    assert nothing.status_code == 403
    assert not AgreementRemark.objects.exists()
