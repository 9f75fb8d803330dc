"""Comparing what is owed with what was claimed; the outcome stands in `Proposal`, made anew."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import F, Max, Q

from ooievaar.claims.models import ClaimLine, LineEvent, Proposal, Release
from ooievaar.claims.owed import newest_owed
from ooievaar.claims.rules.difference import Claimed, Owed, Step, differences
from ooievaar.claims.standing import as_stored, writing
from ooievaar.network.models import Network
from ooievaar.storage.bulk import insert_rows

ACTIONABLE = ("new", "credit", "resend")
"""Proposals that something can be sent for now."""

PROPOSAL_FIELDS = (
    *("network_id", "key", "action", "line_id", "insurer_id", "pregnancy_id", "product", "cents"),
    *("reason", "deadline", "computed_at", "content"),
)


@dataclass(frozen=True, slots=True)
class Reconciliation:
    """What comparing gave: every step, and how many of each kind with how many cents."""

    network: Network
    today: date
    computed_at: datetime
    steps: tuple[Step, ...]

    @property
    def counts(self) -> dict[str, int]:
        """How many products each action is for."""
        return dict(Counter(step.action for step in self.steps))

    @property
    def cents(self) -> dict[str, int]:
        """The amount of each action; of a credit it is what goes back."""
        total: Counter[str] = Counter()
        for step in self.steps:
            total[step.action] += step.cents
        return dict(total)


def reconcile(
    network: Network, today: date, *, owed: Iterable[Owed] | None = None, now: datetime
) -> Reconciliation:
    """Compare what is owed with what was claimed, and keep what should be done about it.

    Without `owed`: what the newest derivation of the network says.
    """
    due = list(newest_owed(network) if owed is None else owed)
    with writing():
        found = claimed_lines(network)
        steps = tuple(differences(due, found.lines, today))
        rows = Proposal.objects.filter(network=network)
        rows._raw_delete(rows.db)
        store_proposals(network, steps, found.about, now)
    return Reconciliation(network, today, now, steps)


def compare(
    network: Network, today: date, *, owed: Iterable[Owed] | None = None, now: datetime
) -> Reconciliation:
    """Say what `reconcile` would find; nothing is written."""
    due = newest_owed(network) if owed is None else owed
    steps = differences(due, claimed_lines(network).lines, today)
    return Reconciliation(network, today, now, tuple(steps))


@dataclass(frozen=True, slots=True)
class About:
    """What a line says that comparing does not ask for."""

    pregnancy_id: int
    product: str
    deadline: date
    ends_on: date


@dataclass(frozen=True, slots=True)
class ClaimedLines:
    """The lines of a network as they stand, and what each is about."""

    lines: list[Claimed]
    about: Mapping[int, About]


def claimed_lines(network: Network, keys: set[str] | None = None) -> ClaimedLines:
    """Return every line of a network (of these products) as it stands now."""
    rows = ClaimLine.objects.filter(network=network, standing__isnull=False).order_by()
    if keys is not None and len(keys) < 500:
        rows = rows.filter(key__in=keys)
    released = _released(network)
    lines, about = [], {}
    for row in rows.values_list(
        *("pk", "reference", "key", "insurer_id", "content", "person_hash", "cents", "is_credit"),
        *("credits_id", "standing__state", "standing__granted_cents", "created_at"),
        *("pregnancy_id", "product", "deadline", "ends_on"),
    ).iterator(chunk_size=5_000):
        if keys is not None and row[2] not in keys:
            continue
        *told, made, pregnancy_id, product, deadline, ends_on = row
        values: list[Any] = [*told, row[0] in released, made]
        lines.append(Claimed(*values))
        about[row[0]] = About(pregnancy_id, product, deadline, ends_on)
    return ClaimedLines(lines, about)


def _released(network: Network) -> set[int]:
    """Return the lines that a person let go after all that was said of them since."""
    newest = dict(
        Release.objects.filter(line__network=network)
        .order_by()
        .values_list("line_id")
        .annotate(Max("at"))
    )
    answered = dict(
        LineEvent.objects.filter(line_id__in=newest)
        .filter(~Q(state="paid"))
        .order_by()
        .values_list(F("line_id"))
        .annotate(Max("at"))
    )
    return {line for line, at in newest.items() if at >= answered.get(line, at)}


def store_proposals(
    network: Network, steps: Iterable[Step], about: Mapping[int, About], now: datetime
) -> None:
    """Store what is to be done; within `writing`."""
    computed_at = as_stored(now)

    def values(step: Step) -> tuple[Any, ...]:
        line, owed = step.line, step.owed
        if owed is not None and step.action != "credit":
            insurer, pregnancy = owed.insurer_id, owed.pregnancy_id
            product, deadline = owed.product, owed.deadline
        else:
            assert line is not None
            told = about[line.line_id]
            insurer, pregnancy = line.insurer_id, told.pregnancy_id
            product, deadline = told.product, told.deadline
        content = {"owed": owed_as_json(owed) if owed else None}
        return (
            network.pk,
            step.key,
            step.action,
            line.line_id if line else None,
            insurer,
            pregnancy,
            product,
            step.cents,
            step.reason,
            as_stored(deadline),
            computed_at,
            json.dumps(content),
        )

    insert_rows(Proposal, PROPOSAL_FIELDS, (values(step) for step in steps))


DATES = ("starts_on", "ends_on", "deadline")


def owed_as_json(owed: Owed) -> dict[str, Any]:
    """Return what is owed as JSON holds it."""
    values = {name: getattr(owed, name) for name in Owed.__slots__}
    return values | {name: values[name].isoformat() for name in DATES}


def owed_from_json(values: Mapping[str, Any]) -> Owed:
    """Return what `owed_as_json` wrote."""
    days = {name: date.fromisoformat(values[name]) for name in DATES}
    return Owed(**{**values, **days})
