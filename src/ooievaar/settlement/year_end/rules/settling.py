"""What a year comes to: first the safety nets, then the guarantee, then the reserve.

What insurers owe by their safety nets comes into one pot with the reserve behind it; what they are
owed is paid from that pot first, then from the reserve, and never from partners: no agreement says
they would. The guarantee is then paid from what is left, as the agreement orders it. What neither
can pay is a claim that stays visible. Every entry adds up to zero.
"""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

from ooievaar.contracts.rules.guarantee import (
    GAINERS,
    GuaranteeResult,
    PartnerYear,
    settle_guarantee,
)
from ooievaar.contracts.rules.reserve import ReserveResult, settle_reserve
from ooievaar.contracts.rules.safety_net import Corridor, InsurerYear, settle_corridor
from ooievaar.contracts.rules.yearly import split_over
from ooievaar.kernel.money import PPM
from ooievaar.settlement.ledger.rules.accounts import AccountKey

Entries: TypeAlias = dict[str, dict[AccountKey, int]]
"""By reason, what should stand on the accounts because of it: debit positive, together zero."""
SAFETY_NET, GUARANTEE, RELEASED = "safety_net", "guarantee", "reserve_released"
REASONS = (SAFETY_NET, GUARANTEE, RELEASED)
RESERVE = AccountKey("reserve")


@dataclass(frozen=True, slots=True)
class NetYear:
    """A year with an insurer that has a safety net, and what was agreed of it."""

    insurer_id: int
    year: InsurerYear
    corridor_ppm: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class YearFacts:
    """All that the outcome of a year follows from; without a guarantee `ppm` is 0."""

    partners: tuple[PartnerYear, ...]
    nets: tuple[NetYear, ...] = ()
    reserve_cents: int = 0
    ppm: int = 0
    cap_ppm: int = PPM
    financed_by: tuple[str, ...] = ()
    ceiling_cents: int | None = None
    release: Literal["members_decide", "above_ceiling"] = "members_decide"


@dataclass(frozen=True, slots=True)
class YearOutcome:
    """The outcome of each rule; `unpaid` is what insurers are owed and nothing is there for."""

    corridors: Mapping[int, Corridor]
    unpaid: Mapping[int, int]
    pot_cents: int
    guarantee: GuaranteeResult
    reserve: ReserveResult
    entries: Entries


def settle_year(facts: YearFacts) -> YearOutcome:
    """Work out a year, in the order of the rules."""
    corridors = {
        one.insurer_id: settle_corridor(
            one.year, corridor_ppm=one.corridor_ppm, share_ppm=one.share_ppm
        )
        for one in facts.nets
    }
    settled = {who: one.settled_cents for who, one in corridors.items()}
    brings = sum(cents for cents in settled.values() if cents > 0)
    owed = {who: -cents for who, cents in settled.items() if cents < 0}
    short = max(sum(owed.values()) - brings - max(facts.reserve_cents, 0), 0)
    unpaid = split_over(short, owed)
    pot = max(brings - sum(owed.values()), 0)
    reserve = facts.reserve_cents + brings - sum(owed.values()) + short

    guarantee = settle_guarantee(
        facts.partners,
        ppm=facts.ppm,
        cap_ppm=facts.cap_ppm,
        funds={"safety_net": pot, "reserve": reserve - pot},
        financed_by=facts.financed_by,
    )
    charged = {
        row.organisation_id: row.cents
        for row in guarantee.financing
        if row.source == GAINERS and row.organisation_id is not None
    }
    drawn = sum(guarantee.payments.values()) - sum(charged.values())

    left = settle_reserve(
        reserve - drawn,
        ceiling_cents=facts.ceiling_cents,
        release=facts.release,
        brought_in={one.organisation_id: one.income_cents for one in facts.partners},
    )
    nets = {
        AccountKey("safety_net", who): cents + unpaid.get(who, 0) for who, cents in settled.items()
    }
    entries = {
        SAFETY_NET: {**nets, RESERVE: -sum(nets.values())},
        GUARANTEE: {
            RESERVE: drawn,
            **{AccountKey("partner_payable", who): cents for who, cents in charged.items()},
            **{
                AccountKey("partner_guarantee", who): -cents
                for who, cents in guarantee.payments.items()
            },
        },
        RELEASED: {
            RESERVE: sum(left.released.values()),
            **{AccountKey("partner_payable", who): -cents for who, cents in left.released.items()},
        },
    }
    return YearOutcome(corridors, unpaid, pot, guarantee, left, moved(entries))


def moved(entries: Mapping[str, Mapping[AccountKey, int]]) -> Entries:
    """Leave out what is nothing."""
    return {
        reason: amounts
        for reason, all_of in entries.items()
        if (amounts := {account: cents for account, cents in all_of.items() if cents})
    }


def differences(target: Entries, booked: Entries) -> Entries:
    """Return what must be posted by reason to get from what was booked to what should be."""
    found: Entries = {}
    for reason in REASONS:
        sums: dict[AccountKey, int] = defaultdict(int)
        for account, cents in target.get(reason, {}).items():
            sums[account] += cents
        for account, cents in booked.get(reason, {}).items():
            sums[account] -= cents
        found[reason] = dict(sums)
    return moved(found)
