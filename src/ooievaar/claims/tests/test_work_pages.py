"""The pages of claims: what stands on them, for whom, and what a person does there."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from django.test import Client
from django.utils import timezone, translation

from ooievaar.claims.job_kinds import compare, fetch_returns, prepare_files, send_file
from ooievaar.claims.layouts import store_layout
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.models import Batch, BatchStep, ClaimLine, LineStanding, Touch
from ooievaar.claims.problems import open_problems
from ooievaar.claims.tests.lived import Lived, lived, noted, queries_of, token, words
from ooievaar.network.models import Network, Person, Position
from ooievaar.network.roles import WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.models import Coverage, CoverageChange
from ooievaar.record.teamwork.models import Mention
from ooievaar.ui.jobs import JobRefused, Report, start_job
from ooievaar.ui.models import Job

pytestmark = pytest.mark.django_db
HOME = "/declaraties/"
MOST_QUERIES = 12


@pytest.fixture(autouse=True)
def dutch() -> Iterator[None]:
    with translation.override("nl"):
        yield


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Lived:
    made = lived(tmp_path)
    monkeypatch.setattr(timezone, "now", lambda: made.claims.now)
    monkeypatch.setenv("OOIEVAAR_CLAIMS_FOLDER", str(tmp_path))
    return made


def html(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return answer.content.decode()


def page(client: Client, address: str, status: int = 200) -> str:
    return words(html(client, address, status))


def problem_of(world: Lived, name: str) -> str:
    """Return the address of the problem that a woman's line is in."""
    found = open_problems(world.claims.controller, world.claims.now)
    [key] = [one.key for one in found if world.keys[name] in {line.key for line in one.lines}]
    return f"{HOME}werklijst/{key}/"


def fixed(client: Client, address: str, **typed: object) -> str:
    """Fill in a fix, look at the check of the answers, and confirm; return what the check said."""
    answer = client.post(address, typed)
    assert answer.status_code == 302, words(answer.content.decode())
    check = html(client, answer.headers["Location"])
    answer = client.post(answer.request["PATH_INFO"] + "controleren/", {"antwoorden": token(check)})
    assert answer.headers["Location"] == f"{HOME}werklijst/"
    return words(check)


def addresses(world: Lived) -> list[str]:
    line, batch = world.line("tariff"), world.batch("tariff")
    return [
        HOME,
        *(HOME + rest for rest in ("balans/", "werklijst/", "bestanden/", "regels/", "termijnen/")),
        f"{HOME}regels/{line.pk}/",
        f"{HOME}bestanden/{batch.pk}/",
        problem_of(world, "switched"),
    ]


def test_every_page_asks_at_most_twelve_questions(world: Lived) -> None:
    for role in sorted(WHOLE_NETWORK_ROLES):
        client = world.client(role)
        for address in addresses(world):
            assert client.get(address).status_code == 200, (role, address)
            asked = queries_of(client, address)
            assert len(asked) <= MOST_QUERIES, f"{role} {address}:\n" + "\n".join(asked)


def test_who_sees_the_money_reads_no_name_number_or_birth_date(world: Lived) -> None:
    marks = {
        str(mark)
        for pregnancy in world.women.values()
        for mark in (pregnancy.woman.name, pregnancy.woman.bsn, "01-05-1993", "19930501")
        if mark
    }
    client = world.client(Role.CONTROLLER)
    for address in addresses(world):
        for form in ("", "?uitvoer=csv"):
            answer = client.get(address + form)
            said = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert [mark for mark in marks if mark in said.decode()] == [], address


def test_another_network_sees_nothing_and_learns_nothing(world: Lived) -> None:
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders", agb="53999999")
    client = Lived.at_once(position(Role.CONTROLLER, network=elsewhere))
    line, batch = world.line("tariff"), world.batch("tariff")
    assert line.reference not in html(client, f"{HOME}regels/")
    for address in (
        f"{HOME}regels/{line.pk}/",
        f"{HOME}bestanden/{batch.pk}/",
        f"{HOME}bestanden/{batch.pk}/bestand/",
        problem_of(world, "switched"),
        problem_of(world, "switched") + "write_off/",
    ):
        refused = page(client, address, 403)
        unknown = address.replace(str(line.pk), "98765").replace(f"/{batch.pk}/", "/98765/")
        assert refused == page(client, unknown, 403)


def test_the_overview_says_where_the_money_is_and_that_nothing_remains(world: Lived) -> None:
    client = world.client(Role.AUDITOR)
    seen = page(client, HOME)
    assert "Gedeclareerd € 3.100,00" in seen and "Toegekend € 1.730,00" in seen
    assert "blijft staan tot iemand iets doet haar BSN is niet bekend 1 € 650,00" in seen
    assert "1 product is te laat: € 660,00" in seen
    assert "4 problemen, € 2.040,00" in seen
    assert "100 % van wat betaald is, ging zonder één handeling" in seen
    assert "Klaarzetten" not in seen, "een accountant verandert niets"
    books = page(client, f"{HOME}balans/")
    assert (
        "alles sluit" in books
        and "Gedeclareerd is toegekend, afgekeurd, open of afgeboekt" in books
    )
    part = client.get(f"{HOME}balans/", HTTP_HX_REQUEST="true").content.decode()
    assert "<html" not in part and "alles sluit" in words(part)


def test_a_remainder_is_an_alarm(world: Lived) -> None:
    LineStanding.objects.filter(line=world.line("granted")).update(granted_cents=1)
    assert "sluit niet" in page(world.client(Role.DIRECTOR), f"{HOME}balans/")


def test_the_work_list_has_one_row_per_problem_what_presses_first(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    seen = page(client, f"{HOME}werklijst/")
    told = [
        "Te laat om te declareren",
        "Wie zij is, is niet compleet",
        "Niet bij deze verzekeraar verzekerd",
        "Het tarief is niet wat de verzekeraar heeft staan",
    ]
    # From the head of the table on: the filter above it names the causes too.
    places = [seen.index(name, seen.index("Voorstel")) for name in told]
    assert places == sorted(places)
    assert "30-11-2025 te laat" in seen and "Verbeter de verzekeraar" in seen
    assert noted("list", "claims_work") == {
        world.women[name].woman_id for name in ("too_late", "no_bsn", "switched", "tariff")
    }
    reference = world.line("switched").reference
    assert "1 rij gevonden" in page(client, f"{HOME}werklijst/?zoek={reference}")
    assert "1 rij gevonden" in page(client, f"{HOME}werklijst/?oorzaak=tariff")
    assert "Neem ik op mij" not in page(world.client(Role.DIRECTOR), f"{HOME}werklijst/")


def test_a_line_shows_its_life_and_both_messages(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    seen = page(client, f"{HOME}regels/{world.line('tariff').pk}/")
    assert "Voor een deel toegekend: € 500,00" in seen
    assert "0611 Tarief is niet volgens" in seen
    assert "Blijft staan tot iemand iets doet : de verzekeraar kende een deel toe" in seen
    assert "0424 Referentienummer" in seen and "0483 Toegekend bedrag (voorlopig) – 50000" in seen
    assert "0403 Burgerservicenummer (BSN) verzekerde hier niet getoond" in seen
    assert noted("read", "claim_line") == {world.women["tariff"].woman_id}
    granted = page(client, f"{HOME}regels/{world.line('granted').pk}/")
    assert "De regel zelf kwam niet terug" in granted
    reference = world.line("paid").reference
    assert "1 rij gevonden" in page(client, f"{HOME}regels/?zoek={reference}")


def test_a_message_is_read_by_the_layout_it_was_made_by(world: Lived) -> None:
    """Importing another layout later changes nothing about what was sent then."""
    layout = shipped()["KZ301-3.2"]
    head = replace(layout.records["01"], name="Nieuwe kop")
    later = replace(layout, records={**layout.records, "01": head})
    store_layout(later, now=world.claims.now)
    seen = page(world.client(Role.AUDITOR), f"{HOME}regels/{world.line('paid').pk}/")
    assert "Voorlooprecord" in seen and "Nieuwe kop" not in seen


def test_deadlines_come_nearest_first_and_can_be_narrowed(world: Lived) -> None:
    client = world.client(Role.DIRECTOR)
    seen = page(client, f"{HOME}termijnen/")
    assert "30-11-2025 voorbij" in seen and world.women["too_late"].reference in seen
    assert world.women["switched"].reference not in seen, "daar is nog bijna een jaar voor"
    assert "Niets gevonden" in page(client, f"{HOME}termijnen/?termijn=30")


def test_a_woman_who_changed_insurers_is_corrected_and_the_rest_follows(world: Lived) -> None:
    client, woman = world.client(Role.CONTROLLER), world.women["switched"].woman
    right = world.claims.insurers[1]
    check = fixed(
        client,
        problem_of(world, "switched") + "correct_insurer/",
        insurer=right.pk,
        from_day="2025-06-01",
        source="check",
        checked_on="2026-03-04",
    )
    assert "Verzekerd bij Verzekeraar B" in check and "Vanaf 01-06-2025" in check
    change = CoverageChange.objects.get(woman=woman)
    assert (change.was, change.becomes) == (world.claims.insurers[0], right)
    assert list(
        Coverage.objects.filter(woman=woman)
        .order_by("valid_from")
        .values_list("insurer_id", "valid_from")
    ) == [
        (world.claims.insurers[0].pk, date(2025, 1, 1)),
        (right.pk, date(2025, 6, 1)),
    ]
    assert noted("change", "claims_problem") == {woman.pk}
    assert Touch.objects.get(key=world.keys["switched"]).action == "correct_insurer"
    seen = page(client, f"{HOME}werklijst/?stand=hersteld")
    assert "Niet bij deze verzekeraar verzekerd" in seen and "1 rij gevonden" in seen
    # The care did not change; with whom she is insured did, so another insurer owes it.
    world.claims.next_day()
    world.claims.product(world.women["switched"], 61_000, 1)
    assert ("new", 61_000, "changed") in world.claims.told()


def test_what_was_granted_in_part_is_credited_and_claimed_anew_after_a_word(world: Lived) -> None:
    fixed(
        world.client(Role.CONTROLLER),
        problem_of(world, "tariff") + "credit/",
        reason="De verzekeraar verwerkte het nieuwe tarief.",
    )
    steps = [step for step in world.claims.reconcile().steps if step.key == world.keys["tariff"]]
    assert [(step.action, step.cents) for step in steps] == [("credit", 50_000), ("new", 62_000)]


def test_a_refused_line_is_written_off_with_a_reason_and_stays_off(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    address = problem_of(world, "switched") + "write_off/"
    empty = client.post(address, {"reason": "  "})
    assert empty.status_code == 422 and "Er klopt nog iets niet" in empty.content.decode()
    fixed(client, address, reason="Zij bleek nergens verzekerd.")
    assert world.line("switched").standing.state == "written_off"
    assert world.keys["switched"] not in {step.key for step in world.claims.reconcile().steps}
    seen = page(client, f"{HOME}regels/{world.line('switched').pk}/")
    assert "Afgeboekt" in seen and "Zij bleek nergens verzekerd." in seen


def test_what_is_too_late_gets_a_last_word_and_is_counted(world: Lived) -> None:
    assert not ClaimLine.objects.filter(key=world.keys["too_late"]).exists()
    fixed(
        world.client(Role.CONTROLLER),
        problem_of(world, "too_late") + "write_off/",
        reason="De verzekeraar gaf geen uitstel.",
    )
    assert world.line("too_late").standing.state == "expired"
    assert world.keys["too_late"] not in {step.key for step in world.claims.reconcile().steps}


def test_what_is_too_late_may_go_after_all(world: Lived) -> None:
    fixed(
        world.client(Role.CONTROLLER),
        problem_of(world, "too_late") + "release/",
        reason="De verzekeraar gaf uitstel tot 1 mei.",
    )
    steps = [step for step in world.claims.reconcile().steps if step.key == world.keys["too_late"]]
    assert [(step.action, step.cents) for step in steps] == [("new", 66_000)]


def test_a_partner_is_asked_to_complete_who_she_is(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    address = problem_of(world, "no_bsn") + "complete_identity/"
    assert "haar BSN of geboortedatum ontbreekt" in page(client, address)
    fixed(client, address, organisations=[world.practice.pk], text="Wilt u haar BSN aanvullen?")
    mention = Mention.objects.get()
    assert mention.organisation == world.practice
    assert "Wilt u haar BSN aanvullen?" in mention.message.text
    assert mention.message.pregnancy == world.women["no_bsn"]


def test_what_was_typed_is_not_lost_on_the_way_back(world: Lived) -> None:
    client, address = world.client(Role.CONTROLLER), problem_of(world, "switched") + "write_off/"
    client.post(address, {"reason": "Nog even nadenken."})
    assert "Nog even nadenken." in html(client, address)


def test_a_check_that_no_longer_fits_is_shown_again(world: Lived) -> None:
    client, address = world.client(Role.CONTROLLER), problem_of(world, "switched") + "write_off/"
    client.post(address, {"reason": "Weg ermee."})
    check = html(client, f"{address}controleren/")
    answer = client.post(f"{address}controleren/", {"antwoorden": token(check) + "x"})
    assert answer.headers["Location"] == f"{address}controleren/"
    assert world.line("switched").standing.state == "refused_by_insurer"


def test_several_problems_at_once_are_asked_once(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    keys = [problem_of(world, name).split("/")[-2] for name in ("switched", "no_bsn")]
    form = {"rij": keys, "actie": "write_off", "terug": f"{HOME}werklijst/?oorzaak="}
    asked = client.post(f"{HOME}werklijst/samen/", form)
    said = words(asked.content.decode())
    assert "1 probleem, 1 regels, € 610,00" in said
    assert "Bij 1 gekozen probleem kan dit niet" in said, "van haar zonder BSN is er geen regel"
    again = {"antwoorden": token(asked.content.decode()), "actie": "write_off"}
    assert client.post(f"{HOME}werklijst/samen/", again | {"reason": ""}).status_code == 422
    answer = client.post(f"{HOME}werklijst/samen/", again | {"reason": "Opgegeven."})
    assert answer.headers["Location"] == f"{HOME}werklijst/?oorzaak="
    assert world.line("switched").standing.state == "written_off"
    mine = {"rij": keys[1:], "actie": "assign"}
    asked = client.post(f"{HOME}werklijst/samen/", mine)
    client.post(
        f"{HOME}werklijst/samen/",
        {"antwoorden": token(asked.content.decode()), "actie": "assign"},
    )
    assert "1 rij gevonden" in page(client, f"{HOME}werklijst/?wie=mij")


def test_a_comment_and_an_assignment_stand_with_the_problem(world: Lived) -> None:
    client, address = world.client(Role.CONTROLLER), problem_of(world, "tariff")
    other = position(Role.CONTROLLER, network=world.claims.network).person
    assert client.post(address, {"doe": "comment", "zeg-text": ""}).status_code == 422
    client.post(address, {"doe": "comment", "zeg-text": "Gebeld, <b>komt goed</b>"})
    client.post(address, {"doe": "assign", "geef-to": other.pk})
    seen = html(client, address)
    assert "Gebeld, &lt;b&gt;komt goed&lt;/b&gt;" in seen and other.name in seen
    assert Touch.objects.filter(key=world.keys["tariff"]).count() == 2


@pytest.mark.parametrize("role", [Role.APPROVER, Role.DIRECTOR, Role.AUDITOR])
def test_only_the_controller_fixes(role: Role, world: Lived) -> None:
    client, address = world.client(role), problem_of(world, "switched")
    assert "Verbeter de verzekeraar" in page(client, address)
    for rest in ("write_off/", "write_off/controleren/"):
        assert client.get(address + rest).status_code == 403
    client.post(address, {"doe": "comment", "zeg-text": "Mag dit?"})
    assert client.post(f"{HOME}werklijst/samen/", {"actie": "assign"}).status_code == 403
    assert client.get(f"{HOME}klaarzetten/").status_code == 403
    assert not Touch.objects.exists()


def test_nobody_outside_the_money_comes_in(world: Lived) -> None:
    midwife = come_in(Client(), position(Role.MIDWIFE, organisation=world.practice))
    for address in addresses(world):
        assert midwife.get(address).status_code == 403


def test_a_file_goes_from_the_controller_by_the_approver_to_sent(world: Lived) -> None:
    """Through the pages: prepared by one, approved by another, sent; with its real bytes."""
    batch = prepared(world)
    controller, approver = world.client(Role.CONTROLLER), world.client(Role.APPROVER)
    address = f"{HOME}bestanden/{batch.pk}/"
    assert "Uw besluit" not in page(controller, address)
    assert controller.get(f"{address}bestand/").status_code == 403, "er is nog geen bestand"
    assert "Testbericht" in page(approver, address)
    sent_back = approver.post(address, {"doe": "besluiten", "decision": "terug", "reason": ""})
    assert sent_back.status_code == 422
    answer = approver.post(address, {"doe": "besluiten", "decision": "goedkeuren"})
    check = html(approver, answer.headers["Location"])
    assert "Dit is een testbericht" in words(check)
    approver.post(answer.headers["Location"], {"antwoorden": token(check)})
    assert "Goedgekeurd" in page(controller, address)
    job = controller.post(address, {"doe": "verzenden"})
    assert job.headers["Location"].startswith("/taken/")
    made = send_file(Job.objects.get(kind="send_claims"), Report())
    assert made.values["number"] == batch.invoice_number
    seen = page(controller, address)
    assert "Bestand gemaakt" in seen and "Het bestand zelf" in seen


def test_the_work_in_the_background_compares_prepares_and_refuses_in_words(world: Lived) -> None:
    world.claims.product(world.women["granted"], 70_000, 0, phase=2)
    client = world.client(Role.CONTROLLER)
    client.post(f"{HOME}klaarzetten/", {"doe": "vergelijken"})
    # The newest derivation owes nothing here: what was claimed is then no longer owed.
    told = compare(Job.objects.get(kind="compare_claims"), Report())
    assert told.result["counts"]["credit"] == 3
    job = start_job(
        "prepare_claims",
        Person.objects.get(pk=world.claims.controller.person_id),
        "",
        {"month": "2026-02"},
        position_id=world.claims.controller.position_id,
        network_id=world.claims.network.pk,
    )
    assert prepare_files(job, Report()).values["count"] == 2
    with pytest.raises(JobRefused) as refused:
        prepare_files(job, Report())
    assert "Er is niets om klaar te zetten" in str(refused.value.values["why"])


def test_answers_are_fetched_at_a_word(world: Lived) -> None:
    client = world.client(Role.CONTROLLER)
    answer = client.post(f"{HOME}bestanden/", {"doe": "ophalen"})
    assert answer.headers["Location"].startswith("/taken/")
    batch = world.batch("unanswered")
    world.claims.channel.answer("antwoord", world.claims.answer(batch))
    told = fetch_returns(Job.objects.get(kind="fetch_claim_returns"), Report())
    assert told.values == {"count": 1, "refused": 0}
    assert world.line("unanswered").standing.state == "granted"
    assert (
        world.client(Role.DIRECTOR).post(f"{HOME}bestanden/", {"doe": "ophalen"}).status_code == 403
    )


def test_who_prepared_cannot_approve_in_another_function_either(world: Lived) -> None:
    batch = prepared(world)
    held = Position.objects.create(
        person_id=world.claims.controller.person_id,
        role=Role.APPROVER,
        network=world.claims.network,
        valid_from=date(2025, 1, 1),
    )
    client = come_in(Client(), held)
    assert "Een ander keurt het goed" in page(client, f"{HOME}bestanden/{batch.pk}/")


def test_an_approver_sends_a_file_back_with_the_reason(world: Lived) -> None:
    batch = prepared(world)
    approver, address = world.client(Role.APPROVER), f"{HOME}bestanden/{batch.pk}/"
    answer = approver.post(
        address, {"doe": "besluiten", "decision": "terug", "reason": "De maand klopt niet."}
    )
    check = html(approver, answer.headers["Location"])
    assert "De maand klopt niet." in check
    approver.post(answer.headers["Location"], {"antwoorden": token(check)})
    assert BatchStep.objects.filter(batch=batch).latest("pk").state == "withdrawn"
    assert "De maand klopt niet." in page(world.client(Role.CONTROLLER), address)


def test_the_file_itself_is_for_the_controller_and_everybody_in_it_is_noted(world: Lived) -> None:
    batch = world.batch("granted")
    address = f"{HOME}bestanden/{batch.pk}/bestand/"
    answer = world.client(Role.CONTROLLER).get(address)
    assert answer.content == batch.file.content.encode("latin-1")
    assert batch.file.name in answer.headers["Content-Disposition"]
    assert noted("export", "claim_file") == {
        world.women[name].woman_id for name in ("granted", "switched", "tariff")
    }
    for role in (Role.APPROVER, Role.DIRECTOR, Role.AUDITOR):
        assert world.client(role).get(address).status_code == 403


def test_preparing_shows_what_goes_out_and_asks_once_more(world: Lived) -> None:
    world.claims.product(world.women["granted"], 70_000, 0, phase=2)
    world.claims.reconcile()
    client = world.client(Role.CONTROLLER)
    address = f"{HOME}klaarzetten/?tot=2026-02"
    assert "Verzekeraar A" in page(client, address) and "€ 700,00" in page(client, address)
    assert "Niets om klaar te zetten" in page(client, f"{HOME}klaarzetten/?tot=2026-01")
    answer = client.post(f"{HOME}klaarzetten/", {"until": "2026-02"})
    check = html(client, answer.headers["Location"])
    assert "1 nieuw, 0 credits, samen € 700,00" in words(check)
    world.claims.product(world.women["paid"], 71_000, 1, phase=2)
    world.claims.reconcile()
    stale = client.post(answer.headers["Location"], {"antwoorden": token(check)})
    assert stale.headers["Location"] == answer.headers["Location"], "er kwam iets bij"
    check = html(client, answer.headers["Location"])
    job = client.post(answer.headers["Location"], {"antwoorden": token(check)})
    assert job.headers["Location"].startswith("/taken/")


def prepared(world: Lived) -> Batch:
    """Prepare what can go out now: one file."""
    world.claims.product(world.women["granted"], 70_000, 0, phase=2)
    [batch] = world.claims.prepared()
    return batch
