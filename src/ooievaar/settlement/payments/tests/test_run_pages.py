"""Payment runs through the pages: who proposes, who approves, what nobody can do alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, position
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.payments.accounts import end_account
from ooievaar.settlement.payments.deciding import run_state
from ooievaar.settlement.payments.job_kinds import hand_over
from ooievaar.settlement.payments.models import BankAccount, PaymentRun
from ooievaar.settlement.payments.pages.statements import LARGEST_UPLOAD
from ooievaar.settlement.payments.tests.visit import (
    ACCOUNTS,
    AHEAD,
    BANK,
    OURS,
    PROPOSE,
    RUNS,
    Visit,
    browser,
    confirm,
    queries_of,
    said,
    token,
    words,
)
from ooievaar.settlement.payments.tests.world import World
from ooievaar.ui.jobs import JobRefused, Report
from ooievaar.ui.models import Job

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
BOOKS = "/boekhouding/"


# --- A run ---


def test_a_run_goes_from_a_look_to_the_bank_and_back(visit: Visit) -> None:
    world = visit.world
    north, south = world.partners
    world.earns(north, 120_000)
    world.earns(south, 5_00)
    page = visit.looked()
    assert "€ 1.205,00" in page and "Praktijk 1" in page and "2 betalingen" in page
    run = visit.proposed(note="maart <b>klopt</b>")
    assert run.cents == 120_500 and run.note == "maart <b>klopt</b>"
    page = said(visit.approver, f"{RUNS}{run.pk}/")
    assert "Uw besluit" in page and "de eerste betaling op deze rekening" in page
    page = visit.decided(run)
    assert "De betaalrun is goedgekeurd." in page and run_state(run) == "approved"
    visit.sent(run)
    assert world.on_account(north) == 120_000
    page = words(visit.told())
    assert "Ingelezen: 2 bewegingen; 2 uitgevoerd, 0 niet van een betaalrun." in page
    assert "Rest € 0,00" in page
    assert "Door de bank uitgevoerd" in said(visit.controller, f"{RUNS}{run.pk}/")
    assert "€ 1.205,00" in said(visit.at(Role.AUDITOR), RUNS)
    noted = AccessEvent.objects.filter(kind="money", object_type="payment_run").order_by("number")
    steps = [(event.person_id, event.detail["step"]) for event in noted]
    controller, approver = world.controller.person_id, world.approver.person_id
    assert steps == [(controller, "prepared"), (approver, "approved"), (controller, "sending")]


def test_who_proposed_finds_no_button_and_no_way_round(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    person = Person.objects.get(pk=world.controller.person_id)
    other = Position.objects.create(
        person=person, role=Role.APPROVER, network=world.network, valid_from=SINCE
    )
    same = browser(other)
    address = f"{RUNS}{run.pk}/"
    page = said(same, address)
    assert "zelf voor" in page and "Uw besluit" not in page
    same.post(address, {"doe": "besluiten", "decision": "goedkeuren"})
    page = confirm(same, f"{address}besluit/")
    assert "U heeft deze betaalrun zelf voorbereid" in page and run_state(run) == "prepared"
    answer = visit.controller.post(f"{address}besluit/", {"antwoorden": "x"})
    assert answer.status_code == 403, "the controller has no such door"


def test_a_double_click_on_approve_approves_once(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    address = f"{RUNS}{run.pk}/"
    visit.approver.post(address, {"doe": "besluiten", "decision": "goedkeuren"})
    answers = {"antwoorden": token(visit.approver, f"{address}besluit/")}
    visit.approver.post(f"{address}besluit/", answers)
    page = words(visit.approver.post(f"{address}besluit/", answers, follow=True))
    assert "al beslist" in page
    assert run.steps.filter(state="approved").count() == 1


def test_a_token_of_one_run_does_not_approve_another(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    first = visit.proposed()
    visit.approver.post(f"{RUNS}{first.pk}/", {"doe": "besluiten", "decision": "goedkeuren"})
    answers = {"antwoorden": token(visit.approver, f"{RUNS}{first.pk}/besluit/")}
    visit.controller.post(f"{RUNS}{first.pk}/", {"doe": "intrekken"})
    second = visit.proposed()
    visit.approver.post(f"{RUNS}{second.pk}/besluit/", answers)
    assert (run_state(first), run_state(second)) == ("withdrawn", "prepared")


def test_who_refuses_says_why_and_the_controller_reads_it(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    answer = visit.approver.post(
        f"{RUNS}{run.pk}/", {"doe": "besluiten", "decision": "afkeuren", "reason": " "}
    )
    assert answer.status_code == 422 and "Zeg waarom u niet goedkeurt." in words(answer)
    visit.decided(run, "afkeuren", "Praktijk 1 belde: nog niet")
    assert run_state(run) == "refused"
    assert "Praktijk 1 belde: nog niet" in said(visit.controller, f"{RUNS}{run.pk}/")


def test_what_changed_since_the_look_is_not_proposed(visit: Visit) -> None:
    world = visit.world
    north, _ = world.partners
    world.earns(north, 100)
    visit.looked()
    visit.controller.post(PROPOSE, {"doe": "aanbieden", "note": ""})
    world.earns(north, 1)
    page = confirm(visit.controller, f"{PROPOSE}controleren/")
    assert "Er is iets veranderd sinds u keek" in page and not PaymentRun.objects.exists()


def test_a_negative_net_is_shown_and_carried_to_the_next_run(visit: Visit) -> None:
    world = visit.world
    north, south = world.partners
    world.earns(north, 100_00)
    world.earns(south, -40_00)
    assert "€ 40,00" in visit.looked()
    run = visit.proposed()
    page = said(visit.approver, f"{RUNS}{run.pk}/")
    assert "Negatief: gaat mee naar de volgende run" in page and "€ 40,00" in page
    visit.decided(run)
    visit.sent(run)
    world.earns(south, 100_00)
    visit.next_day()
    following = visit.proposed()
    assert world.line(following, south).cents == 60_00


def test_a_closed_firm_is_not_paid_and_the_page_says_so(visit: Visit) -> None:
    world = visit.world
    north, south = world.partners
    world.earns(north, 100)
    world.earns(south, 200)
    account = BankAccount.objects.get(organisation=south)
    assert end_account(world.approver, account, world.today, "failliet", world.now)
    page = visit.looked()
    assert "Zonder geldige rekening 1 Praktijk 2" in page and "Geen geldige rekening" in page
    run = visit.proposed()
    assert run.cents == 100
    account = BankAccount.objects.get(organisation=north)
    assert end_account(world.approver, account, world.today, "ook gestopt", world.now)
    page = visit.decided(run)
    assert "Een rekening in deze run geldt niet meer" in page and run_state(run) == "prepared"


def test_another_rule_than_agreed_asks_why(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    visit.looked("granted")
    answer = visit.controller.post(PROPOSE, {"doe": "aanbieden", "note": ""})
    assert answer.status_code == 422
    assert "Waarom wijkt deze run af van de verdeelafspraak?" in words(answer)
    run = visit.proposed("granted", deviates="de verzekeraar betaalt te laat")
    page = said(visit.approver, f"{RUNS}{run.pk}/")
    assert "de verzekeraar betaalt te laat" in page and "Afgesproken is" in page


def test_the_bank_refused_the_file_one_reports_another_books_back(visit: Visit) -> None:
    world = visit.world
    north, _ = world.partners
    world.earns(north, 100)
    run = visit.proposed()
    visit.decided(run)
    visit.sent(run)
    address = f"{RUNS}{run.pk}/geweigerd/"
    answer = visit.controller.post(address, {"reason": "BIC onbekend"}, follow=True)
    assert "Een ander boekt de run terug" in words(answer)
    page = words(visit.controller.post(address, {}, follow=True))
    assert "U heeft de weigering zelf gemeld" in page and run_state(run) == "failure_reported"
    page = words(visit.approver.post(address, {}, follow=True))
    assert "De run is teruggeboekt" in page and run_state(run) == "failed"
    assert world.stands("partner_payable", north) == -100


def test_the_file_is_for_the_controller_and_noted(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    visit.decided(run)
    visit.sent(run)
    file = visit.controller.get(f"{RUNS}{run.pk}/bestand/")
    assert file.content.decode() == run.file.content
    assert AccessEvent.objects.get(kind="export", object_type="payment_file").object_id == str(
        run.pk
    )
    for role in (Role.APPROVER, Role.DIRECTOR, Role.AUDITOR):
        assert visit.at(role).get(f"{RUNS}{run.pk}/bestand/").status_code == 403


def test_the_books_ask_who_may_do_the_next_step(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    asked, sent = f"Betaalrun {run.number} wacht op goedkeuring", "naar de bank"
    assert asked in said(visit.approver, BOOKS) and asked not in said(visit.controller, BOOKS)
    visit.decided(run)
    assert sent in said(visit.controller, BOOKS) and sent not in said(visit.approver, BOOKS)


def test_a_run_of_another_network_is_refused(visit: Visit, tmp_path: Path) -> None:
    other = World(tmp_path / "other")
    other.earns(other.partners[0], 100)
    run = other.proposed()
    for address in ("", "besluit/", "naar-de-bank/", "bestand/", "geweigerd/"):
        for client in (visit.controller, visit.approver):
            assert client.get(f"{RUNS}{run.pk}/{address}").status_code == 403


# --- The bank's statements ---


def test_a_payment_that_came_back_is_shown_with_its_run(visit: Visit) -> None:
    world = visit.world
    north, _ = world.partners
    world.earns(north, 100)
    run = visit.proposed()
    visit.decided(run)
    visit.sent(run)
    world.bank.comes_back(world.line(run, north).statement_number)
    world.bank.tell(-12_34)
    page = words(visit.told())
    assert "Teruggekomen betaling: 1" in page and "1 niet van een betaalrun" in page
    assert "1 betaling van € 1,00 kwam terug" in said(visit.controller, f"{RUNS}{run.pk}/")
    assert "De vorige betaling kwam van deze rekening terug" in visit.looked()


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "geen heel XML"),
        (b"<!DOCTYPE a [<!ENTITY b 'c'>]><a/>", "DOCTYPE"),
        (b" " * (LARGEST_UPLOAD + 1), "groter dan 1 MB"),
        (b"<Document/>", "een ander soort bestand"),
    ],
)
def test_what_is_no_statement_is_refused_in_words(visit: Visit, content: bytes, told: str) -> None:
    answer = visit.controller.post(BANK, {"file": SimpleUploadedFile("x.xml", content)})
    assert answer.status_code == 422 and told in words(answer)


def test_only_the_controller_takes_statements_in(visit: Visit) -> None:
    for role in (Role.APPROVER, Role.DIRECTOR, Role.AUDITOR):
        client = visit.at(role)
        assert "Lees in" not in said(client, BANK)
        file = SimpleUploadedFile("x.xml", visit.world.bank.statement())
        assert client.post(BANK, {"file": file}).status_code == 403


# --- What every page keeps to ---


def test_pages_ask_little_of_the_database(visit: Visit) -> None:
    world = visit.world
    for partner in [*world.partners, *(world.partner(f"Meer {n}") for n in range(8))]:
        world.earns(partner, 100)
    run = visit.proposed()
    account = BankAccount.objects.latest("pk")
    addresses = [RUNS, f"{RUNS}{run.pk}/", BANK, ACCOUNTS, f"{ACCOUNTS}{account.pk}/",
                 AHEAD]  # fmt: skip
    for address in addresses:
        asked = queries_of(visit.approver, address)
        assert len(asked) <= MOST_QUERIES, (address, len(asked), asked)
    office = browser(position(Role.PRACTICE_ADMINISTRATOR, organisation=world.partners[0]))
    for client, address in ((visit.controller, PROPOSE), (office, OURS)):
        asked = queries_of(client, address)
        assert len(asked) <= MOST_QUERIES, (address, len(asked), asked)


def test_who_has_no_business_here_is_refused(visit: Visit) -> None:
    network, [north, _] = visit.world.network, visit.world.partners
    for role in (Role.QUALITY_OFFICER, Role.CHAIR, Role.ADMINISTRATOR, Role.MIDWIFE,
                 Role.PRACTICE_ADMINISTRATOR):  # fmt: skip
        of_practice = role in (Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR)
        place = {"organisation": north} if of_practice else {"network": network}
        client = browser(position(role, **place))
        for address in (RUNS, BANK, ACCOUNTS, PROPOSE, AHEAD):
            assert client.get(address).status_code == 403, (role, address)


def test_empty_pages_say_what_will_come(visit: Visit) -> None:
    assert "Nog geen betaalruns" in said(visit.controller, RUNS)
    assert "Nog geen afschriften" in said(visit.controller, BANK)
    assert "Nog geen voorschotten" in said(visit.controller, AHEAD)
    assert "Optellen wat er te betalen is" in said(visit.controller, PROPOSE)


def test_a_pay_day_that_is_no_working_day_is_refused(visit: Visit) -> None:
    sunday = visit.world.today + timedelta(days=6)
    asked = {"doe": "kijken", "pay_on": sunday.isoformat(), "rule": "paid"}
    answer = visit.controller.post(PROPOSE, asked)
    assert answer.status_code == 422 and "Kies een werkdag" in words(answer)
    assert not Job.objects.exists()


def test_a_job_without_an_approval_hands_nothing_over(visit: Visit) -> None:
    world = visit.world
    world.earns(world.partners[0], 100)
    run = visit.proposed()
    asked = {"run": run.pk, "number": run.number}
    job = Job(kind="send_payment_run", parameters=asked, network_id=world.network.pk,
              position_id=world.controller.position_id)  # fmt: skip
    with pytest.raises(JobRefused):
        hand_over(job, Report())
    assert not list(world.channel.collect())
