"""A year worked out, with everything that it follows from: what is shown, prepared and booked.

The agreement is the one that holds on the last day of the year: its guarantee, safety nets and
reserve are those of the year, whatever text held before.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import Max, Sum
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.bundles.models import Derivation
from ooievaar.bundles.queries import newest_derivation
from ooievaar.contracts.agreements.queries import agreement_of, version_on
from ooievaar.contracts.models import AgreementVersion
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.contracts.rules.guarantee import (
    GAINERS,
    PartnerYear,
    floor_ppm,
    part_of_reference,
)
from ooievaar.contracts.rules.safety_net import InsurerYear
from ooievaar.kernel.money import PPM
from ooievaar.kernel.period import month_of
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.models import Posting
from ooievaar.settlement.ledger.rules.accounts import read_key
from ooievaar.settlement.models import Closing
from ooievaar.settlement.year_end.collecting import (
    Collected,
    OldValue,
    collect,
    old_value_of_year,
    year_period,
)
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.rules.settling import (
    Entries,
    NetYear,
    YearFacts,
    YearOutcome,
    moved,
    settle_year,
)

CAUSE = "year_end"
NOT_COUNTED = ("derivation", "content_hash")
"""Where figures were read from: another derivation with the same outcome changes nothing."""

NO_YEAR = _("Dit is geen jaar.")
NO_DERIVATION = _("Er is nog niets afgeleid. Zonder afleiding is de oude waarde niet bekend.")
NO_AGREEMENT = _(
    "Op de laatste dag van dit jaar gold geen verdeelafspraak met een tekst. Zonder tekst zijn "
    "er geen garantie, vangnet en plafond."
)


@dataclass(frozen=True, slots=True)
class YearDraft:
    """A year as it comes out now; `hindrances` (`words.HINDRANCES`): why it cannot be prepared."""

    figures: dict[str, Any]
    hindrances: tuple[str, ...]


def draft_year(network: Network, year: int, now: datetime) -> YearDraft | Rejected:
    """Work out a year as facts, closings and books are now; nothing is written."""
    if not 2000 <= year <= 2100:
        return Rejected(NO_YEAR)
    last_day = year_period(year).until - timedelta(days=1)
    derivation = newest_derivation(network)
    if derivation is None:
        return Rejected(NO_DERIVATION)
    version = version_on(network, last_day)
    if version is None:
        return Rejected(NO_AGREEMENT)
    agreement = agreement_of(version)
    found = collect(network, year, derivation)
    references = _references(network, agreement, found, derivation)
    insurers = _insurers(agreement)
    facts = _facts(agreement, found, references, insurers)
    outcome = settle_year(facts)
    figures = {
        "year": year,
        "agreement": _agreement(network, version, agreement, year),
        "last_closed": _last_closed(network),
        "reserve": _reserve(found, outcome),
        "insurers": _insurer_lines(found, facts, outcome, insurers),
        "partners": _partner_lines(found, references, facts, outcome),
        "financing": _financing(outcome),
        "pot_cents": outcome.pot_cents,
        "unknown": _unknown(agreement, found, references, facts),
        "amounts": written(outcome.entries),
        "derivation": {
            "id": derivation.pk,
            "until": derivation.until.isoformat(),
            "known_until": derivation.known_until.isoformat(),
            "edition": derivation.edition,
            "facts_hash": derivation.facts_hash,
        },
    }
    figures["content_hash"] = content_hash(figures)
    today = timezone.localdate(now)
    return YearDraft(figures, tuple(_hindrances(year, figures, derivation, today)))


def content_hash(figures: dict[str, Any]) -> str:
    """Return the SHA-256 of the figures that count."""
    counted = {name: value for name, value in figures.items() if name not in NOT_COUNTED}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def written(entries: Entries) -> list[list[Any]]:
    """Return entries as JSON holds them: reason, account, cents."""
    return [
        [reason, str(account), cents]
        for reason, amounts in sorted(entries.items())
        for account, cents in sorted(amounts.items())
    ]


def read_entries(rows: Iterable[list[Any]]) -> Entries:
    """Return entries from how they are stored."""
    found: Entries = {}
    for reason, account, cents in rows:
        found.setdefault(reason, {})[read_key(account)] = cents
    return found


def booked(network: Network, year: int) -> Entries:
    """Return what stands in the books because of the settlement of a year."""
    proposals = Proposal.objects.filter(
        network=network, kind=Proposal.Kind.YEAR_END, about=str(year)
    )
    sums = (
        Posting.objects.filter(
            transaction__network=network,
            transaction__cause_kind=CAUSE,
            transaction__cause_id__in=proposals.values("pk"),
        )
        .order_by()
        .values_list("transaction__reason", "account__key")
        .annotate(Sum("cents"))
    )
    found: Entries = {}
    for reason, account, cents in sums:
        found.setdefault(reason, {})[read_key(account)] = cents
    return moved(found)


def _facts(
    agreement: Distribution,
    found: Collected,
    references: dict[int, int],
    insurers: dict[str, Insurer],
) -> YearFacts:
    guarantee, reserve = agreement.guarantee, agreement.reserve
    partners = sorted(found.income.keys() | references.keys() | found.days.keys())
    nets = []
    for net in agreement.safety_nets:
        insurer = insurers.get(net.uzovi)
        if insurer is None:
            continue
        old = found.old_insured.get(insurer.pk, OldValue())
        income = found.insured.get(insurer.pk, 0) - found.refused.get(insurer.pk, 0)
        nets.append(
            NetYear(
                insurer.pk,
                InsurerYear(net.uzovi, income, old.cents, old.unknown),
                net.corridor_ppm,
                net.share_ppm,
            )
        )
    return YearFacts(
        partners=tuple(
            PartnerYear(
                who, found.income.get(who, 0) - found.borne.get(who, 0), references.get(who)
            )
            for who in partners
        ),
        nets=tuple(nets),
        reserve_cents=found.reserve_cents,
        ppm=floor_ppm(guarantee.ppm_by_year, found.year) if guarantee else 0,
        cap_ppm=guarantee.cap_ppm if guarantee else PPM,
        financed_by=guarantee.financed_by if guarantee else (),
        ceiling_cents=reserve.ceiling_cents if reserve else None,
        release=reserve.release if reserve else "members_decide",
    )


def _references(
    network: Network, agreement: Distribution, found: Collected, derivation: Derivation
) -> dict[int, int]:
    """Return the reference of each partner that has one.

    Of this year's care it is of the days that a partner took part by itself; of another year it is
    cut to those days.
    """
    guarantee = agreement.guarantee
    if guarantee is None or guarantee.reference_year is None:
        took_part = found.days.keys() | found.income.keys()
        return {who: one.cents for who, one in found.old.items() if who in took_part}
    of_year = old_value_of_year(network, guarantee.reference_year, derivation)
    period = year_period(found.year)
    length = (period.until - period.start).days
    for who, value in of_year.items():
        found.old[who].unknown = value.unknown
        found.old[who].estimated = value.estimated
    return {
        who: part_of_reference(of_year[who].cents, days, length)
        for who, days in found.days.items()
        if who in of_year
    }


def _insurers(agreement: Distribution) -> dict[str, Insurer]:
    wanted = [net.uzovi for net in agreement.safety_nets]
    return {one.uzovi: one for one in Insurer.objects.filter(uzovi__in=wanted)} if wanted else {}


def _agreement(
    network: Network, version: AgreementVersion, agreement: Distribution, year: int
) -> dict[str, Any]:
    guarantee, reserve = agreement.guarantee, agreement.reserve
    return {
        "version": version.pk,
        "number": version.number,
        "title": version.title,
        "sha256": version.sha256,
        "since": max(agreement.valid_from, date(year, 1, 1)).isoformat(),
        "ppm": floor_ppm(guarantee.ppm_by_year, year) if guarantee else 0,
        "cap_ppm": guarantee.cap_ppm if guarantee else PPM,
        "financed_by": list(guarantee.financed_by) if guarantee else [],
        "reference_year": guarantee.reference_year if guarantee else None,
        "has_guarantee": guarantee is not None,
        "ceiling_cents": reserve.ceiling_cents if reserve else None,
        "release": reserve.release if reserve else "members_decide",
        "nets": [net.uzovi for net in agreement.safety_nets],
    }


def _reserve(found: Collected, outcome: YearOutcome) -> dict[str, int]:
    return {
        "then_cents": found.reserve_then,
        "now_cents": found.reserve_now,
        "cents": found.reserve_cents,
        "kept_cents": outcome.reserve.kept_cents,
        "released_cents": sum(outcome.reserve.released.values()),
        "to_decide_cents": outcome.reserve.to_decide_cents,
    }


def _insurer_lines(
    found: Collected, facts: YearFacts, outcome: YearOutcome, insurers: dict[str, Insurer]
) -> list[dict[str, Any]]:
    names = {one.pk: one for one in insurers.values()}
    lines = []
    for net in facts.nets:
        corridor = outcome.corridors[net.insurer_id]
        lines.append(
            {
                "id": net.insurer_id,
                "name": names[net.insurer_id].name,
                "uzovi": corridor.uzovi,
                "income_cents": net.year.income_cents,
                "refused_cents": found.refused.get(net.insurer_id, 0),
                "old_cents": net.year.mono_cents,
                "unknown": net.year.unknown_values,
                "estimated": found.old_insured[net.insurer_id].estimated,
                "corridor_ppm": net.corridor_ppm,
                "share_ppm": net.share_ppm,
                "lower_cents": corridor.lower_cents,
                "upper_cents": corridor.upper_cents,
                "outside_cents": corridor.outside_cents,
                "settled_cents": corridor.settled_cents,
                "unpaid_cents": outcome.unpaid.get(net.insurer_id, 0),
            }
        )
    return lines


def _partner_lines(
    found: Collected, references: dict[int, int], facts: YearFacts, outcome: YearOutcome
) -> list[dict[str, Any]]:
    names = Organisation.objects.in_bulk([one.organisation_id for one in facts.partners])
    floors = {floor.organisation_id: floor for floor in outcome.guarantee.floors}
    charged = {
        row.organisation_id: row.cents
        for row in outcome.guarantee.financing
        if row.source == GAINERS
    }
    lines = []
    for one in facts.partners:
        who = one.organisation_id
        floor = floors.get(who)
        old = found.old.get(who, OldValue())
        lines.append(
            {
                "id": who,
                "name": names[who].name,
                "discipline": names[who].discipline,
                "days": found.days.get(who, 0),
                "divided_cents": found.income.get(who, 0),
                "borne_cents": found.borne.get(who, 0),
                "income_cents": one.income_cents,
                "old_cents": old.cents,
                "reference_cents": references.get(who),
                "unknown": old.unknown,
                "estimated": old.estimated,
                "floor_cents": floor.floor_cents if floor else None,
                "due_cents": floor.due_cents if floor else 0,
                "gain_cents": floor.gain_cents if floor else 0,
                "paid_cents": outcome.guarantee.payments.get(who, 0),
                "claim_cents": outcome.guarantee.claims.get(who, 0),
                "charged_cents": charged.get(who, 0),
                "released_cents": outcome.reserve.released.get(who, 0),
            }
        )
    return sorted(lines, key=lambda line: (line["name"], line["id"]))


def _financing(outcome: YearOutcome) -> dict[str, int]:
    sums: dict[str, int] = {}
    for row in outcome.guarantee.financing:
        sums[row.source] = sums.get(row.source, 0) + row.cents
    return sums


def _unknown(
    agreement: Distribution, found: Collected, references: dict[int, int], facts: YearFacts
) -> int:
    """Count the unknown values that the outcome depends on; those of this care once."""
    guarantee = agreement.guarantee
    of_partners = sum(found.old[who].unknown for who in references if who in found.old)
    of_insurers = sum(net.year.unknown_values for net in facts.nets)
    if guarantee is None or not facts.ppm:
        return of_insurers
    of_this_care = guarantee.reference_year is None
    return max(of_partners, of_insurers) if of_this_care else of_partners + of_insurers


def _last_closed(network: Network) -> str:
    return str(Closing.objects.filter(network=network).aggregate(last=Max("month"))["last"] or "")


def _hindrances(
    year: int, figures: dict[str, Any], derivation: Derivation, today: date
) -> Iterator[str]:
    until = year_period(year).until
    if today < until:
        yield "not_over"
    elif figures["last_closed"] < month_of(until - timedelta(days=1)):
        yield "not_closed"
    elif derivation.until < until:
        yield "not_derived"


def amounts_of(figures: dict[str, Any]) -> Entries:
    """Return what the figures of a year put in the books."""
    return read_entries(figures["amounts"])
