"""Who takes part and what was agreed changes while the year runs."""

from datetime import date, timedelta

import pyarrow as pa

from ooievaar.contracts.agreements.queries import agreement_on
from ooievaar.contracts.models import Contract
from ooievaar.exchange.commands import load_region
from ooievaar.kernel.faults import InputRejected
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Insurer, Membership, Organisation
from ooievaar.record.access_log.models import Kind as EventKind
from ooievaar.record.handover.leaving import leave_network
from ooievaar.record.relations import Rejected
from ooievaar.settlement.models import Closing
from ooievaar.settlement.payments.accounts import approve_account
from ooievaar.simulator.adversary.life import Life, Row
from ooievaar.simulator.adversary.registering import DONE, NOTHING, REFUSED
from ooievaar.simulator.adversary.steps import Step
from ooievaar.simulator.agreements import mixed_agreement, next_agreement
from ooievaar.simulator.boards import agree, done
from ooievaar.simulator.settled import replace_parties, suppliers_of

COME_AND_GO = ("midwives", "kraamzorg")
MOST_MONTH_CENTS = 3_000_000
NEW_ACCOUNTS = 7_000
OWN_PRICE_PPM = 1_150_000


def leave(life: Life, step: Step) -> str:
    """Let a practice or a kraamzorg organisation leave today; one of each stays."""
    members = _members(life, step.today)
    found = [
        place
        for place in members
        if place.pk != life.carer.organisation_id
        and sum(other.discipline == place.discipline for other in members) > 1
    ]
    if not found:
        return NOTHING
    place = found[step.pick % len(found)]
    left = leave_network(life.network, place, step.today, at=life.now(step))
    life.log(step, None, EventKind.PEOPLE)
    return REFUSED if isinstance(left, Rejected) else DONE


def join(life: Life, step: Step) -> str:
    """Let somebody who takes no part join from today, with an account that another approved."""
    here = {place.pk for place in _members(life, step.today)}
    outside = Organisation.objects.filter(discipline__in=COME_AND_GO).exclude(pk__in=here)
    found = list(outside.order_by("pk"))
    if not found:
        return NOTHING
    place = found[step.pick % len(found)]
    talking = Membership.objects.filter(network=life.network, organisation=place)
    if talking.filter(valid_until__gt=step.today).exists():
        left = leave_network(life.network, place, step.today, at=life.now(step))
        if isinstance(left, Rejected):
            return REFUSED
    row = {
        "network": life.network.name,
        "organisation_agb": place.agb,
        "kind": "voting",
        "valid_from": step.today,
        "valid_until": None,
    }
    if not _loaded(life, step, memberships=[row]):
        return REFUSED
    now = life.now(step)
    account = life.books.propose(place, NEW_ACCOUNTS + step.number, step.today, now)
    done(approve_account(life.board.approver, account, now + timedelta(hours=1)))
    return DONE


def contract(life: Life, step: Step) -> str:
    """Let an insurer that followed another have terms of its own, some weeks back or from today."""
    own = Contract.objects.filter(network=life.network)
    found = list(Insurer.objects.exclude(pk__in=own.values("insurer_id")).order_by("pk"))
    if not found:
        return NOTHING
    insurer = found[step.pick % len(found)]
    tables = life.waiting.tables
    terms = max(tables["contracts"].to_pylist(), key=lambda row: row["valid_from"])
    back = step.pick % 2 * 45
    since = (step.today - timedelta(days=back)).replace(day=1)
    reference = f"EIGEN-{step.number}"
    own_terms = {
        **terms,
        "reference": reference,
        "uzovi": insurer.uzovi,
        "valid_from": since,
        "valid_until": None,
    }
    tariffs = [
        {
            **row,
            "contract": reference,
            "cents": row["cents"] + step.pick % 500,
            "valid_from": since,
            "valid_until": None,
        }
        for row in tables["tariffs"].to_pylist()
        if row["contract"] == terms["reference"]
    ]
    done_ = _loaded(life, step, contracts=[own_terms], tariffs=tariffs)
    return DONE if done_ else REFUSED


def price(life: Life, step: Step) -> str:
    """Let one organisation have another old-way price from the first of this month."""
    rows = [
        row
        for row in life.waiting.tables["price_list"].to_pylist()
        if row["organisation_agb"] is None and row["valid_until"] is None
    ]
    members = _members(life, step.today)
    if not rows or not members:
        return NOTHING
    row = rows[step.pick % len(rows)]
    own = {
        **row,
        "organisation_agb": members[step.pick // 5 % len(members)].agb,
        "cents": row["cents"] * OWN_PRICE_PPM // 1_000_000,
        "valid_from": step.today.replace(day=1),
    }
    return DONE if _loaded(life, step, price_list=[own]) else REFUSED


def agreement(life: Life, step: Step) -> str:
    """Agree on another division from the first of next month: written, asked about, signed."""
    starts = month_period(month_of(step.today)).until
    now_held = agreement_on(life.network, step.today)
    newest = Closing.objects.filter(network=life.network).order_by("-month").first()
    begun = life.happened["agreement done"]
    if now_held is None or begun > 1 or (newest and newest.month >= month_of(starts)):
        return NOTHING
    here = replace_parties(now_held, life.network, starts)
    if begun:
        written = next_agreement(here, starts)
    else:
        uzovis = Contract.objects.filter(network=life.network).order_by("insurer_id")
        written = mixed_agreement(
            here,
            starts,
            MOST_MONTH_CENTS,
            suppliers=suppliers_of(life.network, starts),
            insurers=tuple(dict.fromkeys(uzovis.values_list("insurer__uzovi", flat=True)))[:1],
        )
    agree(life.network, life.board, written, step.today - timedelta(days=25))
    return DONE


def _members(life: Life, day: date) -> list[Organisation]:
    """Return who takes part in the funding, of the disciplines that come and go."""
    here = Membership.objects.filter(
        network=life.network, valid_from__lte=day, valid_until__gt=day
    ).exclude(kind=Membership.Kind.OUTSIDE_FUNDING)
    found = Organisation.objects.filter(
        pk__in=here.values("organisation_id"), discipline__in=COME_AND_GO
    )
    return list(found.order_by("pk"))


def _loaded(life: Life, step: Step, **rows: list[Row]) -> bool:
    """Import rows as `ooievaar region import` does; False when they were refused."""
    tables = {
        name: pa.Table.from_pylist(given, schema=life.waiting.tables[name].schema)
        for name, given in rows.items()
    }
    try:
        load_region(tables, recorded_on=step.today, today=step.today)
    except InputRejected:
        return False
    return True
