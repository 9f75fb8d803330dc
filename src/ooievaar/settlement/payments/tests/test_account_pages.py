"""Accounts through the pages: a practice gives its own, another approves, and who sees an IBAN."""

import re

import pytest

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, position
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.settlement.payments.models import BankAccount
from ooievaar.settlement.payments.tests.visit import (
    ACCOUNTS,
    OURS,
    RUNS,
    Visit,
    browser,
    confirm,
    said,
    spaced,
    words,
)
from ooievaar.settlement.payments.tests.world import iban

pytestmark = pytest.mark.django_db


def test_a_practice_gives_its_account_and_another_approves(visit: Visit) -> None:
    world = visit.world
    north, _ = world.partners
    office = browser(position(Role.PRACTICE_ADMINISTRATOR, organisation=north))
    old = BankAccount.objects.get(organisation=north)
    new = iban(987_654, "RABO")
    assert spaced(old.iban) in said(office, OURS)
    typed = {"iban": f"{new[:4]} {new[4:]}", "name": "Praktijk 1", "note": "",
             "valid_from": world.today.isoformat()}  # fmt: skip
    answer = office.post(f"{OURS}opgeven/", typed)
    assert answer.headers.get("Location") == f"{OURS}controleren/", words(answer)
    page = said(office, f"{OURS}controleren/")
    assert spaced(new) in page and "Dit is een andere rekening dan nu" in page
    page = confirm(office, f"{OURS}controleren/")
    assert "wacht op goedkeuring" in page
    account = BankAccount.objects.latest("pk")
    address = f"{ACCOUNTS}{account.pk}/"
    page = said(visit.approver, address)
    assert "Dit is een andere rekening dan die vanaf 01-01-2025 gold" in page
    visit.approver.post(address, {"doe": "besluiten", "decision": "goedkeuren"})
    assert "fraude" in said(visit.approver, f"{address}besluit/")
    assert "De rekening is goedgekeurd." in confirm(visit.approver, f"{address}besluit/")
    world.earns(north, 100)
    page = said(visit.approver, f"{RUNS}{visit.proposed().pk}/")
    assert "de rekening is kort geleden gewijzigd" in page
    assert spaced(new) in page and f"was {spaced(old.iban)}" in page


def test_a_typing_error_in_an_iban_keeps_what_was_typed(visit: Visit) -> None:
    office = browser(position(Role.PRACTICE_ADMINISTRATOR, organisation=visit.world.partners[0]))
    typed = {"iban": "NL00 ABNA 0123 4567 89", "name": "Praktijk <b>", "valid_from": "2026-03-02"}
    answer = office.post(f"{OURS}opgeven/", typed)
    assert answer.status_code == 422 and "geen IBAN dat kan bestaan" in words(answer)
    assert 'value="NL00 ABNA 0123 4567 89"' in answer.content.decode()
    assert "Praktijk &lt;b&gt;" in answer.content.decode()


def test_who_proposed_an_account_cannot_approve_it(visit: Visit) -> None:
    world = visit.world
    typed = {"whose": "0", "iban": iban(55, "INGB"), "name": "IGO", "valid_from": "2026-03-02"}
    visit.controller.post(f"{ACCOUNTS}opgeven/", typed)
    confirm(visit.controller, f"{ACCOUNTS}opgeven/controleren/")
    account = BankAccount.objects.latest("pk")
    assert account.organisation_id is None and account.iban == typed["iban"]
    same = browser(
        Position.objects.create(
            person_id=world.controller.person_id,
            role=Role.APPROVER,
            network=world.network,
            valid_from=SINCE,
        )
    )
    address = f"{ACCOUNTS}{account.pk}/"
    assert "U heeft deze rekening zelf opgegeven" in said(same, address)
    same.post(address, {"doe": "besluiten", "decision": "goedkeuren"})
    assert "U heeft deze rekening zelf opgegeven" in confirm(same, f"{address}besluit/")
    assert not account.steps.exists()


def test_an_iban_is_whole_for_who_checks_it_only(visit: Visit) -> None:
    north, south = visit.world.partners
    account = BankAccount.objects.get(organisation=north)
    for role in (Role.CONTROLLER, Role.APPROVER):
        assert spaced(account.iban) in said(visit.at(role), ACCOUNTS)
    for role in (Role.DIRECTOR, Role.AUDITOR):
        client = visit.at(role)
        for address in (ACCOUNTS, f"{ACCOUNTS}{account.pk}/", f"{ACCOUNTS}?uitvoer=csv"):
            answer = client.get(address)
            body = b"".join(answer) if answer.streaming else answer.content
            assert account.iban[4:14] not in re.sub(r"\s", "", body.decode()), address
            assert account.iban[-4:] in body.decode()
    office = browser(position(Role.PRACTICE_ADMINISTRATOR, organisation=south))
    assert account.iban[-4:] not in said(office, OURS)


def test_no_iban_is_in_the_access_log(visit: Visit) -> None:
    world = visit.world
    typed = {"whose": str(world.partners[0].pk), "iban": iban(56), "name": "Een",
             "valid_from": "2026-03-02"}  # fmt: skip
    visit.controller.post(f"{ACCOUNTS}opgeven/", typed)
    confirm(visit.controller, f"{ACCOUNTS}opgeven/controleren/")
    account = BankAccount.objects.latest("pk")
    visit.approver.post(
        f"{ACCOUNTS}{account.pk}/",
        {"doe": "eindigen", "ends_on": "2026-03-02", "reason": "weg"},
    )
    noted = AccessEvent.objects.filter(object_type="bank_account")
    assert [event.detail for event in noted] == [{"step": "proposed"}]
    assert "niet goedgekeurd" in said(visit.approver, f"{ACCOUNTS}{account.pk}/")


def test_an_account_is_ended_by_either(visit: Visit) -> None:
    north, _ = visit.world.partners
    account = BankAccount.objects.get(organisation=north)
    address = f"{ACCOUNTS}{account.pk}/"
    asked = {"doe": "eindigen", "ends_on": "2026-03-10", "reason": "praktijk stopt"}
    page = words(visit.controller.post(address, asked, follow=True))
    assert "Vanaf 10-03-2026 wordt er niets meer op gestort." in page
    assert "praktijk stopt" in page and "Eindigt op 10-03-2026" in page
