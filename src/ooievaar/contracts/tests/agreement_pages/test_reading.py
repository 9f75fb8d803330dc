"""Who reads an agreement, what of it, and what it would bring whom."""

from datetime import date
from typing import Any

import pytest
from django.test import Client

from ooievaar.contracts.agreements import commands, slots
from ooievaar.contracts.agreements.slots import Effect, EffectRow, OldWay
from ooievaar.contracts.agreements.tests.region import AT, Region
from ooievaar.contracts.agreements.tests.texts import changed
from ooievaar.contracts.models import AgreementRemark, AgreementVersion
from ooievaar.contracts.tests.agreement_pages.acting import (
    HIDDEN,
    LIST,
    NOW,
    WRITE,
    Queries,
    added,
    client_of,
    in_force,
    office,
    one,
    page,
    proposed,
    words,
)
from ooievaar.network.models import Membership, Network, Person
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.tests.pathway_region import at_work

pytestmark = pytest.mark.django_db


def test_nobody_else_writes_and_only_who_takes_part_reads(
    region: Region, version: AgreementVersion
) -> None:
    for here in (*region.representatives.values(), office(region, "06999001")):
        assert page(here, WRITE, 403) and page(here, one(version), 403)
        assert page(here, one(version, "tekst.yaml"), 403)
    proposed(region, version)
    for here in region.representatives.values():
        assert page(here, one(version))
        for step in ("voorstellen/", "intrekken/", "van-kracht/", "beeindigen/"):
            assert page(here, one(version, step), 403)
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders")
    for role in (Role.CONTROLLER, Role.DIRECTOR):
        client = at_work(position(role, network=elsewhere))
        for rest in ("", "tekst.yaml", "tekenen/", "voorstellen/", "van-kracht/"):
            if role == Role.DIRECTOR or rest != "tekenen/":
                assert client.get(one(version, rest)).status_code == 403, rest
        assert client.post(one(version, "gesprek/"), {"kind": "consent"}).status_code == 403
    quality = region.somebody("kwaliteit", Role.QUALITY_OFFICER)
    assert page(quality, LIST, 403)
    assert client_of(quality).get(f"{LIST}schema.json").json()["title"]
    assert Client().get(f"{LIST}schema.json").status_code == 302


def test_an_approver_reads_but_neither_speaks_nor_signs(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    approver = region.somebody("goedkeurder", Role.APPROVER)
    shown = page(approver, one(version))
    assert "Zelf iets zeggen" not in shown and "/tekenen/" not in shown
    assert page(approver, one(version, "tekenen/"), 403)


def test_a_member_that_is_no_party_reads_but_does_not_speak(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    beside = position(Role.PRACTICE_ADMINISTRATOR, organisation=organisation_beside(region))
    client = at_work(beside)
    assert "Zelf iets zeggen" not in words(client.get(one(version)))
    said = client.post(one(version, "gesprek/"), {"kind": "objection", "text": "Nee."})
    assert said.status_code == 403 and not AgreementRemark.objects.exists()


def organisation_beside(region: Region) -> Any:
    from ooievaar.network.models import Organisation

    beside = Organisation.objects.create(agb="08999077", name="Ernaast", discipline="midwives")
    Membership.objects.create(
        network=region.network, organisation=beside, kind="advisory", valid_from=date(2025, 1, 1)
    )
    return beside


def test_a_secret_rule_is_read_by_its_own_and_by_who_divides(
    region: Region, version: AgreementVersion
) -> None:
    proposed(region, version)
    hospital = office(region, "06999001")
    mine, theirs = region.representatives["midwives"], region.representatives["hospital"]
    for here, is_open in ((region.controller, True), (mine, True), (theirs, False),
                          (hospital, False), (office(region, "08999002"), True)):  # fmt: skip
        shown, text = page(here, one(version)), page(here, one(version, "tekst.yaml"))
        assert ("krijgt De Eerste Stap 60 %" in shown) == is_open
        assert (HIDDEN in shown) == (HIDDEN in text) == is_open
        # An example would give it away.
        assert ("€\u00a0342,22" in shown) == is_open
        assert ("hield haar eigen regel besloten" in shown) == (not is_open)
    signs = page(theirs, one(version, "tekenen/"))
    assert "krijgt De Eerste Stap 60 %" not in signs and "ook de regel die een ander" in signs
    given = client_of(theirs).get(one(version, "tekst.yaml"))
    assert "zonder-besloten-regels" in given["Content-Disposition"]


def test_differences_do_not_tell_a_secret_rule(region: Region, version: AgreementVersion) -> None:
    proposed(region, version)
    text = changed(
        ("De Eerste Stap: 60 %\n      Coöperatie Zuid: 40 %",
         "De Eerste Stap: 61 %\n      Coöperatie Zuid: 39 %"),
        ("De Eerste Stap: € 342,22\n      Het Nest: € 114,07\n      De Wieg: € 114,07",
         "De Eerste Stap: € 347,92"),
    )  # fmt: skip
    second = proposed(region, added(region, text))
    assert "61 % (was: 60 %)" in page(region.representatives["midwives"], one(second))
    assert "61 %" not in page(region.representatives["hospital"], one(second))


def test_a_draft_that_was_never_shown_is_not_laid_beside_a_proposal(
    region: Region, version: AgreementVersion
) -> None:
    """Its text is the network's own: comparing would tell what stood in it."""
    second = proposed(region, added(region, changed(("ruimte: 2 %", "ruimte: 3 %"))))
    assert "3 % (was: 2 %)" in page(region.controller, one(second))
    shown = page(region.representatives["hospital"], one(second))
    assert "was: 2 %" not in shown and "Anders dan versie" not in shown


def test_a_proposal_is_laid_beside_what_divides_now_or_what_one_asks(
    region: Region, version: AgreementVersion
) -> None:
    in_force(region, version)
    later = ("geldt_vanaf: 2026-01-01", "geldt_vanaf: 2026-07-01")
    proposed(region, added(region, changed(later, ("ruimte: 2 %", "ruimte: 3 %"))))
    third = proposed(region, added(region, changed(later, ("ruimte: 2 %", "ruimte: 4 %"))))
    here = region.representatives["kraamzorg"]
    assert "4 % (was: 2 %)" in page(here, one(third))
    assert "4 % (was: 3 %)" in page(here, one(third) + "?met=2")


def test_how_much_still_runs_the_old_way_stands_with_its_end(
    region: Region, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    in_force(region, version)
    monkeypatch.setattr(slots, "OLD_WAYS", [])
    assert "zodra er een maand is afgesloten" in page(region.controller, LIST)
    found = OldWay(("2026-01", "2026-02"), 40_000, 100_000)
    monkeypatch.setattr(slots, "OLD_WAYS", [lambda here, network_id: found])
    shown = page(region.controller, LIST)
    assert "Van wat van januari 2026 tot en met februari 2026" in shown
    assert "<strong>40\u00a0%</strong>" in shown and "elk ander product: 01-01-2027" in shown
    assert "Dit is het inkomen van uw discipline." in page(region.representatives["hospital"], LIST)


ROWS = (
    EffectRow(1, "De Eerste Stap", "midwives", 10_000, 9_000, 500),
    EffectRow(2, "Het Nest", "midwives", 10_000, 12_000, -500),
    EffectRow(3, "De Wieg", "midwives", 5_000, 5_000),
    EffectRow(4, "Gynaecologen Waterland", "gynaecologists", 8_000, 7_777),
    EffectRow(5, "Ziekenhuis Waterland", "hospital", 31_000, 31_111),
)


def test_the_effect_shows_losers_first_and_each_only_what_is_its_own(
    region: Region, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    proposed(region, version)
    nothing = page(region.controller, one(version))
    assert "Er is nog niet uitgerekend" in nothing
    ids = {row.name: row.pk for row in region.organisations.values()}
    rows = tuple(
        EffectRow(ids[row.name], row.name, row.discipline, row.before_cents, row.after_cents,
                  row.guarantee_cents) for row in ROWS
    )  # fmt: skip
    effect = Effect(2025, rows, NOW, "/wat-als/7/")
    monkeypatch.setattr(slots, "EFFECTS", [lambda here, version: effect])

    def shown(here: Workplace) -> list[tuple[str, str]]:
        answer = client_of(here).get(one(version))
        assert "op de zorg van 2025" in words(answer)
        return [(row.name, row.discipline) for row in answer.context["effect_rows"]]

    everybody = shown(region.controller)
    assert [name for name, _ in everybody[:2]] == ["De Eerste Stap", "Gynaecologen Waterland"]
    assert everybody[-1][0] == "Het Nest" and len(everybody) == 5
    own = shown(region.representatives["midwives"])
    assert own == [
        ("De Eerste Stap", "midwives"), ("De Wieg", "midwives"), ("Het Nest", "midwives"),
        ("", ""),
    ]  # fmt: skip
    nest = shown(office(region, "08999002"))
    assert nest == [("Het Nest", "midwives"), ("", "midwives"), ("", "")]
    text = page(office(region, "08999003"), one(version))
    # One hospital and one group of gynaecologists are a sum together, never apart.
    assert "€\u00a077,77" not in text and "€\u00a0311,11" not in text
    assert "€\u00a0388,88" in text


def test_pages_stay_within_their_queries(
    region: Region,
    version: AgreementVersion,
    django_assert_max_num_queries: Queries,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(slots, "EFFECTS", [])
    proposed(region, version)
    second = proposed(region, added(region, changed(("ruimte: 2 %", "ruimte: 3 %"))))
    for here in region.representatives.values():
        for kind in (AgreementRemark.Kind.QUESTION, AgreementRemark.Kind.OBJECTION):
            commands.remark(second, kind, "Waarom?", workplace=here, at=AT)
    asked = {
        region.controller: (LIST, WRITE, one(second), one(second, "intrekken/")),
        region.representatives["midwives"]: (LIST, one(second), one(second, "tekenen/")),
        office(region, "06999001"): (LIST, one(second), one(second, "tekst.yaml")),
    }
    for here, addresses in asked.items():
        client = client_of(here)
        for address in addresses:
            client.get(address)
            # An effect in euros asks two more.
            with django_assert_max_num_queries(10 if one(second) == address else 12):
                assert client.get(address).status_code == 200, address


def test_a_list_runs_no_examples(
    region: Region, version: AgreementVersion, monkeypatch: pytest.MonkeyPatch
) -> None:
    import ooievaar.contracts.agreements.queries as read

    def never(agreement: object) -> None:
        raise AssertionError("a list must not divide")

    monkeypatch.setattr(read, "run_examples", never)
    read._results.cache_clear()
    assert "Verdeelafspraak 2026" in page(region.controller, LIST)
    assert Person.objects.exists()
