"""A version is written, proposed, signed by its hash, put in force, and ended; in that order."""

from datetime import date, timedelta

import pytest
from django.db import DatabaseError, transaction

from ooievaar.contracts import queries as agreed
from ooievaar.contracts.agreements import commands
from ooievaar.contracts.agreements.queries import (
    AgreementUnsound,
    Standing,
    agreement_for,
    agreement_on,
    refuse_unsound,
    results_of,
    standing_of,
    still_to_sign,
    text_for,
    versions_for,
    with_standing,
)
from ooievaar.contracts.agreements.tests.region import AT, DISCIPLINES, TODAY, Region
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.contracts.models import Agreement, AgreementRemark, AgreementVersion
from ooievaar.network.models import Membership, Organisation
from ooievaar.network.roles import Role
from ooievaar.record.relations import Rejected

pytestmark = pytest.mark.django_db
Kind = AgreementRemark.Kind


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def version(region: Region) -> AgreementVersion:
    added = written(region)
    assert isinstance(added, AgreementVersion)
    return added


def written(region: Region, text: str = TEXT, **more):
    return commands.add_version(region.network, text, person=region.writer, at=AT, **more)


def why(outcome: object) -> str:
    assert isinstance(outcome, Rejected)
    return str(outcome.reason)


def proposed(region: Region, version: AgreementVersion) -> None:
    step = commands.propose(version, person=region.writer, at=AT)
    assert not isinstance(step, Rejected)


def signed(version: AgreementVersion, workplace, mandate="de leden"):
    return commands.sign(
        version, workplace=workplace, mandate=mandate, sha256=version.sha256, at=AT
    )


def all_signed(region: Region, version: AgreementVersion) -> None:
    proposed(region, version)
    for workplace in (region.director, *region.representatives.values()):
        assert not isinstance(signed(version, workplace), Rejected)


def put_in_force(region: Region, version: AgreementVersion):
    return commands.put_in_force(version, person=region.writer, at=AT)


def test_a_text_with_a_failing_example_is_not_saved(region: Region) -> None:
    wrong = changed(("De Eerste Stap: € 342,22", "De Eerste Stap: € 342,23"))
    reason = why(written(region, wrong))
    assert "voorbeelden[Een gewone zwangerschap].dan.De Eerste Stap" in reason
    assert "€ 342,22 volgens de verdeling; verwacht € 342,23 volgens het voorbeeld" in reason
    assert not AgreementVersion.objects.exists()


def test_a_text_without_examples_is_not_saved(region: Region) -> None:
    assert "ten minste één voorbeeld" in why(written(region, TEXT.partition("voorbeelden:")[0]))


@pytest.mark.parametrize(
    ("pair", "told"),
    [
        (("IGO Waterland", "IGO Elders"), "gevonden IGO Elders; verwacht IGO Waterland"),
        (('"08999001"', '"08999011"'), "een AGB-code die hier bekend is"),
        (('agb: "06999008"', 'agb: "06999018"'), "leveranciers.Ziekenhuis Verderop"),
    ],
)
def test_a_text_names_who_is_known_here(region: Region, pair, told) -> None:
    assert told in why(written(region, changed(pair)))


def test_a_party_takes_part_in_its_days_and_in_its_own_discipline(region: Region) -> None:
    Membership.objects.filter(organisation__agb="08999002").update(valid_until=date(2026, 1, 1))
    assert "een lid dat in de looptijd meedoet" in why(written(region))
    Organisation.objects.filter(agb="08999002").update(discipline="other")
    assert "gevonden verloskundigen; verwacht overig" in why(written(region))


def test_two_writers_do_not_pass_each_other_over(region: Region, version) -> None:
    text = changed(("Kraamzorg gaat al naar uren.", "Kraamzorg ook."))
    assert "Iemand anders maakte intussen versie 1." in why(written(region, text, based_on=0))
    assert "Er is niets veranderd." in why(written(region, based_on=1))
    second = written(region, text, based_on=1)
    assert second.number == 2 and second.follows == version


def test_a_version_goes_from_draft_to_in_force_to_ended(region: Region, version) -> None:
    def standing(day: date = TODAY) -> Standing:
        return standing_of(AgreementVersion.objects.get(pk=version.pk), day)

    assert standing() == Standing.DRAFT
    assert "nog niet voorgesteld" in why(signed(version, region.director))
    assert "nog niet voorgesteld" in why(put_in_force(region, version))
    proposed(region, version)
    assert standing() == Standing.PROPOSED
    assert [one.discipline for one in still_to_sign(version)] == ["", *DISCIPLINES]
    assert "Nog te tekenen: De directeur, Verloskundigen," in why(put_in_force(region, version))
    for workplace in (region.director, *region.representatives.values()):
        signed(version, workplace)
    assert standing() == Standing.SIGNED
    assert not isinstance(put_in_force(region, version), Rejected)
    assert standing() == Standing.IN_FORCE
    assert standing(date(2027, 1, 1)) == Standing.ENDED
    assert "al van kracht" in why(put_in_force(region, version))
    assert "van kracht" in why(
        commands.withdraw(version, person=region.writer, at=AT, reason="anders")
    )
    ended = commands.end(
        version, person=region.writer, ended_on=date(2026, 7, 1), at=AT, reason="anders"
    )
    assert not isinstance(ended, Rejected)
    assert standing(date(2026, 6, 30)) == Standing.IN_FORCE
    assert standing(date(2026, 7, 1)) == Standing.ENDED


def test_the_rows_of_the_division_say_what_the_text_says(region: Region, version) -> None:
    all_signed(region, version)
    put_in_force(region, version)
    agreement = Agreement.objects.get()
    assert (agreement.overhead_ppm, agreement.reserve_ppm) == (30_000, 15_000)
    assert (agreement.earmarked_ppm, agreement.valid_until) == (5_000, date(2027, 1, 1))
    rows = agreed.agreed_rows(region.network)
    ids = {o.agb: o.pk for o in region.organisations.values()}
    of_it = {"agreement_id": agreement.pk}
    assert of_it | {
        "product": "*", "method": "mono_pro_rata", "until": date(2027, 1, 1)
    } in rows["product_rules"]  # fmt: skip
    assert of_it | {"discipline": "kraamzorg", "method": "performed"} in rows["member_rules"]
    assert rows["cooperatives"] == [
        of_it | {"organisation_id": ids["08999009"], "method": "fixed_share"}
    ]
    assert {(row["organisation_id"], row["ppm"]) for row in rows["cooperative_members"]} == {
        (ids["08999002"], 500_000), (ids["08999003"], 500_000)
    }  # fmt: skip
    assert {(row["code"], row["cents"]) for row in rows["unit_prices"]} == {
        ("V-PAR", 50_000), ("*", 2_000)
    }  # fmt: skip
    assert [(row["code"], row["cents"]) for row in rows["supplier_prices"]] == [("037610", 21_000)]
    assert agreement_on(region.network, TODAY).title == "Verdeelafspraak 2026"
    assert agreement_on(region.network, date(2027, 1, 1)) is None


def test_a_following_agreement_ends_the_one_before(region: Region, version) -> None:
    all_signed(region, version)
    put_in_force(region, version)
    text = changed(("geldt_vanaf: 2026-01-01", "geldt_vanaf: 2026-07-01"))
    second = written(region, text)
    all_signed(region, second)
    assert not isinstance(put_in_force(region, second), Rejected)
    first, following = Agreement.objects.order_by("valid_from")
    assert (first.valid_until, following.valid_from) == (date(2026, 7, 1), date(2026, 7, 1))
    assert first.title != following.title
    assert version.steps.get(kind="ended").ended_on == date(2026, 7, 1)
    third = written(region, text.replace("Verdeelafspraak 2026", "Nog een"))
    all_signed(region, third)
    told = why(put_in_force(region, third))
    assert "geldt al vanaf 01-07-2026" in told


def test_somebody_signs_once_the_text_that_was_read_with_a_mandate(region, version) -> None:
    proposed(region, version)
    assert "U las een andere tekst" in why(
        commands.sign(version, workplace=region.director, mandate="x", sha256="0" * 64, at=AT)
    )
    assert "Zeg namens wie" in why(signed(version, region.director, " "))
    assert "Uw functie mag dit niet." in why(signed(version, region.controller))
    assert not isinstance(signed(version, region.director), Rejected)
    assert "al ondertekend" in why(signed(version, region.director))


def test_a_discipline_is_bound_by_all_of_its_parties_too(region: Region, version) -> None:
    proposed(region, version)
    for agb, waiting in (("41999001", ("De Kraamkamer",)), ("41999002", ())):
        office = region.somebody(agb, Role.PRACTICE_ADMINISTRATOR, agb=agb)
        assert not isinstance(signed(version, office), Rejected)
        missing = {one.discipline: one.organisations for one in still_to_sign(version)}
        assert missing.get("kraamzorg", ()) == waiting


def test_a_withdrawn_version_is_never_signed_or_started(region: Region, version) -> None:
    all_signed(region, version)
    assert "Zeg waarom." in why(commands.withdraw(version, person=region.writer, at=AT, reason=" "))
    commands.withdraw(version, person=region.writer, at=AT, reason="te duur")
    assert "ingetrokken" in why(put_in_force(region, version))
    assert standing_of(version, TODAY) == Standing.WITHDRAWN


def test_texts_signatures_and_remarks_are_never_changed(region: Region, version) -> None:
    all_signed(region, version)
    asked = commands.remark(version, Kind.QUESTION, "Waarom?", workplace=region.director, at=AT)
    for rows, change in (
        (AgreementVersion.objects, {"content": "anders"}),
        (version.signatures, {"mandate": "niemand"}),
        (version.steps, {"reason": "anders"}),
        (version.remarks.filter(pk=asked.pk), {"text": "anders"}),
    ):
        with pytest.raises(DatabaseError, match="append-only"), transaction.atomic():
            rows.update(**change)


def test_a_party_asks_is_answered_and_consents(region: Region, version) -> None:
    midwives, controller = region.representatives["midwives"], region.controller

    def say(workplace, kind, text="", **more):
        return commands.remark(version, kind, text, workplace=workplace, at=AT, **more)

    assert "nog niet voorgesteld" in why(say(midwives, Kind.QUESTION, "Waarom 60 %?"))
    proposed(region, version)
    asked = say(midwives, Kind.QUESTION, "Waarom 60 %?")
    assert asked.discipline == "midwives"
    assert "Schrijf iets op." in why(say(midwives, Kind.OBJECTION))
    assert "hoort bij een vraag" in why(say(controller, Kind.ANSWER, "Daarom."))
    assert say(controller, Kind.ANSWER, "Daarom.", answers=asked).answers == asked
    assert say(midwives, Kind.CONSENT).text == ""


def test_only_who_takes_part_sees_a_proposal_and_nobody_else_a_draft(region, version) -> None:
    office = region.somebody("kantoor", Role.PRACTICE_ADMINISTRATOR, agb="06999001")
    beside = region.somebody("kwaliteit", Role.QUALITY_OFFICER)
    midwives = region.representatives["midwives"]
    assert list(versions_for(region.controller)) == [version]
    assert not versions_for(office).exists() and not versions_for(midwives).exists()
    proposed(region, version)
    assert list(versions_for(office)) == [version] == list(versions_for(midwives))
    assert not versions_for(beside).exists()
    assert agreement_for(midwives, version).disciplines["midwives"].shares
    assert not agreement_for(office, version).disciplines["midwives"].shares
    assert agreement_for(region.controller, version).disciplines["midwives"].shares
    assert text_for(midwives, version) == version.content
    hidden = text_for(office, version)
    assert "besloten: ja" in hidden and "De Eerste Stap: 60 %" not in hidden


def test_the_controller_and_the_director_write_for_their_own_network(region: Region) -> None:
    assert commands.may_write(region.controller, region.network.pk)
    assert commands.may_write(region.director, region.network.pk)
    assert not commands.may_write(region.controller, region.network.pk + 1)
    assert not commands.may_write(region.representatives["midwives"], region.network.pk)


def test_a_list_of_versions_is_a_few_queries(region: Region, version, django_assert_num_queries):
    all_signed(region, version)
    signed(version, region.somebody("kantoor", Role.PRACTICE_ADMINISTRATOR, agb="06999001"))
    with django_assert_num_queries(5):
        for one in with_standing(versions_for(region.controller)):
            standing_of(one, TODAY)


def test_what_divides_unsigned_or_with_a_failing_example_is_refused(
    region: Region, version, monkeypatch
) -> None:
    all_signed(region, version)
    put_in_force(region, version)
    refuse_unsound(region.network)
    assert all(result.holds for result in results_of(version))
    unsigned = commands.store_version(
        region.network, changed(("titel: Verdeelafspraak 2026", "titel: Ongetekend")), 2,
        person=region.writer, at=AT,
    )  # fmt: skip
    row = Agreement.objects.get()
    row.version = unsigned
    row.save()
    with pytest.raises(AgreementUnsound) as refused:
        refuse_unsound(region.network)
    assert "zonder alle handtekeningen" in str(refused.value.faults[0])


def test_the_examples_count_from_the_first_day(region: Region, version) -> None:
    """A day beside the period is told on reading, not when the division meets it."""
    beside = date(2026, 1, 1) - timedelta(days=1)
    text = changed(("bedrag: € 1.000,00", f"bedrag: € 1.000,00\n        begint: {beside}"))
    assert "een dag waarop deze afspraak geldt" in why(written(region, text))


def test_a_surcharge_a_year_is_not_signed_for_the_division_cannot_take_it(region: Region) -> None:
    """It would be promised, and nothing would take it off."""
    text = changed(("    deel: 0,5 %", "    bedrag_per_jaar: € 20.000,00"))
    text = text.partition("voorbeelden:")[0] + (
        "voorbeelden:\n  - naam: Een\n    gegeven:\n      - product: prenataal\n"
        "        bedrag: € 0,00\n    dan:\n      reserve: € 0,00\n"
    )
    version = written(region, text)
    assert isinstance(version, AgreementVersion), why(version)
    proposed(region, version)
    assert "bedrag per jaar" in why(signed(version, region.director))
    assert not Agreement.objects.exists()
