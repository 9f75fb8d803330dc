"""What the pages of agreements and settlement need: one of everything, of linde or the region."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.utils import timezone

from ooievaar.contracts.agreement_models import AgreementVersion
from ooievaar.contracts.agreements.beginning import text_to_begin_with
from ooievaar.contracts.agreements.commands import add_version, propose
from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import workplace
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.ledger.models import Account, Transaction
from ooievaar.settlement.models import Share
from ooievaar.settlement.payments.accounts import approve_account, propose_account
from ooievaar.settlement.payments.models import (
    AdvanceRun,
    BankAccount,
    PaymentFile,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.statements.commands import Made, make_statements
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.questions import ask
from ooievaar.settlement.whatif.permissions import KIND
from ooievaar.settlement.whatif.tests.world import blank_scenario
from ooievaar.settlement.year_end.deciding import prepare
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.ui.models import Job
from ooievaar.web.tests.small_region import Region

Positions = dict[Role, Position]
IBANS = {"": "NL91ABNA0417164300", "linde": "NL20INGB0001234567"}


@dataclass(frozen=True)
class Money:
    """What addresses name, in general and, where a word means something else there, per page."""

    things: dict[str, Any]
    of_page: dict[str, dict[str, Any]]


def make_money(region: Region, own: Positions) -> Money:
    """Let the books follow, and make one of everything that waits for somebody."""
    now = timezone.now()
    post(region.network, now)
    version = _version(region, own, now)
    account = _account(region, own, "linde", now)
    proposal = prepare(
        workplace(own[Role.CONTROLLER]), region.network, Proposal.Kind.PERIOD,
        {"period": "2026-09"}, now,
    )  # fmt: skip
    assert isinstance(proposal, Proposal), proposal
    line = Share.objects.filter(organisation=region.organisations["linde"]).earliest("id")
    asked = ask(line, "Waarom?", by=workplace(own[Role.PRACTICE_ADMINISTRATOR]), at=now)
    assert asked, asked
    return Money(
        {
            "agreement_id": version.pk,
            "account_id": Account.objects.filter(network=region.network).earliest("id").pk,
            "number": Transaction.objects.filter(network=region.network).earliest("number").number,
            "run_id": _run(region, own, now).pk,
            "year": 2026,
            "proposal_id": proposal.pk,
            "scenario_id": blank_scenario(region.network).pk,
            "share_id": line.pk,
            "statement_id": _statement(region, now).pk,
            "question_id": asked.pk,
        },
        {
            "advance_run": {"run_id": (advances := _advances(region, own, now)).pk},
            "decide_advances": {"run_id": advances.pk},
            "bank_account": {"account_id": account.pk},
            "decide_bank_account": {"account_id": account.pk},
            "record_receipt": {"kind": "verzekeraar"},
            "check_receipt": {"kind": "verzekeraar"},
            "check_proposal": {"kind": "period"},
            "our_statement_file": {"kind": "xlsx"},
            "scenario_job": {"job_id": _job(region, own, now).pk},
        },
    )


def _version(region: Region, own: Positions, now: datetime) -> AgreementVersion:
    """Propose an agreement of which linde is a party."""
    text = text_to_begin_with(region.network, None, timezone.localdate(now))
    writer = own[Role.CONTROLLER].person
    version = add_version(region.network, text, person=writer, at=now)
    assert isinstance(version, AgreementVersion), version
    assert propose(version, person=writer, at=now)
    return version


def _account(region: Region, own: Positions, key: str, now: datetime) -> BankAccount:
    """Propose the account of an organisation; without one the network's own."""
    proposed = propose_account(
        workplace(own[Role.CONTROLLER]), region.network, region.organisations.get(key),
        iban=IBANS[key], name="Rekening", valid_from=timezone.localdate(now), now=now,
    )  # fmt: skip
    assert isinstance(proposed, BankAccount), proposed
    return proposed


def _run(region: Region, own: Positions, now: datetime) -> PaymentRun:
    """Make a run without lines that lies in the folder of the bank."""
    account = _account(region, own, "", now)
    assert approve_account(workplace(own[Role.APPROVER]), account, now)
    held, other = own[Role.CONTROLLER], own[Role.APPROVER]
    run = PaymentRun.objects.create(
        network=region.network, number="1-2026-0001", day=date(2026, 11, 2),
        pay_on=date(2026, 11, 3), rule="paid", account=account, lines_count=0, cents=0,
        content_hash="0" * 64, prepared_by=held.person, prepared_as=held, prepared_at=now,
    )  # fmt: skip
    for state, who in (("prepared", held), ("approved", other), ("sending", held)):
        RunStep.objects.create(run=run, state=state, person=who.person, position=who, at=now)
    PaymentFile.objects.create(
        run=run, name="run.xml", content="<Document/>", sha256="0" * 64, stored_at=now
    )
    return run


def _advances(region: Region, own: Positions, now: datetime) -> AdvanceRun:
    held = own[Role.CONTROLLER]
    return AdvanceRun.objects.create(
        network=region.network, month="2026-11", share_ppm=500_000, cents=0,
        prepared_by=held.person, prepared_as=held, prepared_at=now,
    )  # fmt: skip


def _statement(region: Region, now: datetime) -> Statement:
    made = make_statements(region.network, "2026-10", now)
    assert isinstance(made, Made), made
    return Statement.objects.get(organisation=region.organisations["linde"])


def _job(region: Region, own: Positions, now: datetime) -> Job:
    held = own[Role.CONTROLLER]
    return Job.objects.create(
        kind=KIND, title="Wat als", parameters={}, started_by=held.person, position_id=held.pk,
        network_id=region.network.pk, created_at=now,
    )  # fmt: skip
