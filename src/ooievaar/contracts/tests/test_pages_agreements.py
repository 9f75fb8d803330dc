"""The pages of agreements: written, proposed, asked about, signed, in force; each by who may."""

import html as markup
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.contracts.agreements import commands, slots
from ooievaar.contracts.agreements.queries import Standing, standing_of
from ooievaar.contracts.agreements.slots import Effect, EffectRow, OldWay
from ooievaar.contracts.agreements.tests.region import AT, Region
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.contracts.models import AgreementRemark, AgreementSignature, AgreementVersion
from ooievaar.network.models import Membership, Network, Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.network.workplace import Workplace
from ooievaar.pathways.tests.pathway_region import at_work
from ooievaar.record.access_log.models import AccessEvent, Kind

pytestmark = pytest.mark.django_db
LIST, WRITE = "/verdeelafspraken/", "/verdeelafspraken/schrijven/"
NOW = datetime(2026, 3, 1, 10, tzinfo=UTC)
Queries = Callable[..., Any]
HIDDEN = "De Eerste Stap: 60 %"


@pytest.fixture(autouse=True)
def in_march(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(timezone, "now", lambda: NOW)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def version(region: Region) -> AgreementVersion:
    return added(region)


def added(region: Region, text: str = TEXT) -> AgreementVersion:
    made = commands.add_version(region.network, text, person=region.writer, at=AT)
    assert isinstance(made, AgreementVersion), made
    return made


def proposed(region: Region, version: AgreementVersion) -> AgreementVersion:
    assert commands.propose(version, person=region.writer, at=AT)
    return version


def client_of(here: Workplace) -> Client:
    return at_work(Position.objects.get(pk=here.position_id))


def words(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:500]
    return markup.unescape(answer.content.decode())


def page(here: Workplace, address: str, status: int = 200) -> str:
    return words(client_of(here).get(address), status)


def one(version: AgreementVersion, rest: str = "") -> str:
    return f"{LIST}{version.pk}/{rest}"


def office(region: Region, agb: str) -> Workplace:
    return region.somebody(f"kantoor-{agb}", Role.PRACTICE_ADMINISTRATOR, agb=agb)


def kept(client: Client, text: str, based_on: int, note: str = "") -> Any:
    """Write a text, look at the check of the answers, and keep it."""
    typed = {"text": text, "based_on": based_on, "note": note}
    check = client.post(WRITE, {**typed, "doe": "controleren"})
    assert check.status_code == 200, check.context.get("faults")
    token = check.context["token"]
    return client.post(WRITE, {**typed, "doe": "bewaren", "antwoorden": token})


def signing(client: Client, version: AgreementVersion, mandate: str = "de leden") -> Any:
    typed = {"mandate": mandate, "sha256": version.sha256}
    return client.post(one(version, "tekenen/"), typed)


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


def in_force(region: Region, version: AgreementVersion) -> None:
    commands.propose(version, person=region.writer, at=AT)
    for here in (region.director, *region.representatives.values()):
        commands.sign(version, workplace=here, mandate="x", sha256=version.sha256, at=AT)
    assert commands.put_in_force(version, person=region.writer, at=AT)


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
