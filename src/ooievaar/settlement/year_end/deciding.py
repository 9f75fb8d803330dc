"""Preparing a decision about the books, approving it, and booking it: all in one transaction.

What was prepared is worked out once more at the approval. Comes anything else out, then nothing is
booked and it is prepared anew: what two people agreed on is what is booked, to the cent.
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import post, writing
from ooievaar.settlement.year_end.drafting import NOT_COUNTED
from ooievaar.settlement.year_end.kinds import KINDS
from ooievaar.settlement.year_end.models import Proposal, ProposalStep

State = ProposalStep.State
DONE = (State.REFUSED, State.WITHDRAWN, State.BOOKED)
LONGEST_REASON = 500
FOLLOWS_BOOKS = (Proposal.Kind.YEAR_END, Proposal.Kind.LOSS)
"""Kinds whose figures follow from what stands in the books: what is due is posted first."""

NOT_YOURS = _("Uw functie mag dit niet.")
WAITING = _("Er ligt al een besluit van deze soort ter goedkeuring.")
OWN = _(
    "U heeft dit zelf voorbereid, ook als dat in een andere functie was. Een ander keurt het goed."
)
DECIDED = _("Hierover is al beslist.")
CHANGED = _(
    "Er is iets veranderd sinds dit werd voorbereid. Er is niets geboekt: bereid het opnieuw voor."
)
SAY_WHY = _("Zeg waarom.")
TOO_LONG = _("Houd het bij 500 tekens.")
UNKNOWN = _(
    "De oude waarde van een deel van de zorg is onbekend: de uitkomst is voorlopig. Vul haar aan, "
    "of zeg waarom er toch geboekt mag worden."
)


def prepare(
    by: Workplace,
    network: Network,
    kind: str,
    data: Mapping[str, Any],
    now: datetime,
    *,
    note: str = "",
    despite: str = "",
    seen: str = "",
) -> Proposal | Rejected:
    """Prepare a decision for another to approve; one of each kind waits at a time.

    With `seen` (the hash of what somebody looked at) nothing else is prepared than that.
    """
    if by.role != Role.CONTROLLER or by.network_id != network.pk:
        return Rejected(NOT_YOURS)
    if max(len(note), len(despite)) > LONGEST_REASON:
        return Rejected(TOO_LONG)
    with writing():
        _lock(network.pk)
        if waiting(network, kind).exists():
            return Rejected(WAITING)
        if kind in FOLLOWS_BOOKS:
            post(network, now)
        figures = KINDS[kind].draft(network, data, now)
        if isinstance(figures, Rejected):
            return figures
        if figures.get("unknown") and not despite.strip():
            return Rejected(UNKNOWN, "despite")
        if kind == Proposal.Kind.LOSS and not note.strip():
            return Rejected(SAY_WHY, "note")
        if seen and seen not in (figures.get("content_hash"), figures_hash(figures)):
            return Rejected(CHANGED)
        proposal = Proposal.objects.create(
            network=network,
            kind=kind,
            about=KINDS[kind].about(figures),
            figures={**figures, "data": dict(data)},
            content_hash=figures_hash(figures),
            note=note.strip(),
            despite=despite.strip(),
            prepared_by_id=by.person_id,
            prepared_as_id=by.position_id,
            prepared_at=now,
        )
        _step(proposal, State.PREPARED, by, now)
    return proposal


def approve(by: Workplace, proposal: Proposal, now: datetime) -> ProposalStep | Rejected:
    """Approve what another prepared and book it, if it still comes out the same."""
    with writing():
        _lock(proposal.network_id)
        if refusal := _may_decide(by, proposal):
            return Rejected(refusal)
        if proposal.kind in FOLLOWS_BOOKS:
            post(proposal.network, now)
        kind = KINDS[proposal.kind]
        data = {**proposal.figures["data"], "proposal": proposal.pk}
        figures = kind.draft(proposal.network, data, now)
        if isinstance(figures, Rejected):
            return figures
        if figures_hash(figures) != proposal.content_hash:
            return Rejected(CHANGED)
        with transaction.atomic():
            _step(proposal, State.APPROVED, by, now)
            hindrance = kind.book(proposal, now, Person.objects.get(pk=by.person_id))
            if isinstance(hindrance, Rejected):
                transaction.set_rollback(True)
                return hindrance
            return _step(proposal, State.BOOKED, by, now)


def refuse(
    by: Workplace, proposal: Proposal, reason: str, now: datetime
) -> ProposalStep | Rejected:
    """Refuse what another prepared, and say why."""
    with writing():
        _lock(proposal.network_id)
        if refusal := _may_decide(by, proposal):
            return Rejected(refusal)
        if not reason.strip():
            return Rejected(SAY_WHY, "reason")
        if len(reason) > LONGEST_REASON:
            return Rejected(TOO_LONG, "reason")
        return _step(proposal, State.REFUSED, by, now, reason.strip())


def withdraw(by: Workplace, proposal: Proposal, now: datetime) -> ProposalStep | Rejected:
    """Take back what nobody decided about yet."""
    if by.role != Role.CONTROLLER or by.network_id != proposal.network_id:
        return Rejected(NOT_YOURS)
    with writing():
        _lock(proposal.network_id)
        if standing(proposal).state != State.PREPARED:
            return Rejected(DECIDED)
        return _step(proposal, State.WITHDRAWN, by, now)


def standing(proposal: Proposal) -> ProposalStep:
    """Return how a proposal stands: its newest step."""
    return max(proposal.steps.all(), key=lambda step: step.pk)


def waiting(network: Network, kind: str = "") -> QuerySet[Proposal]:
    """Return what waits for an approval, of one kind or of all."""
    done = ProposalStep.objects.filter(proposal=OuterRef("pk"), state__in=DONE)
    found = Proposal.objects.filter(~Exists(done), network=network)
    return found.filter(kind=kind) if kind else found


def figures_hash(figures: Mapping[str, Any]) -> str:
    """Return the SHA-256 of figures that people agree on, whatever they were read from."""
    counted = {name: value for name, value in figures.items() if name not in NOT_COUNTED}
    return hashlib.sha256(json.dumps(counted, sort_keys=True).encode()).hexdigest()


def _may_decide(by: Workplace, proposal: Proposal) -> Promise | None:
    if by.role != Role.APPROVER or by.network_id != proposal.network_id:
        return NOT_YOURS
    if by.person_id == proposal.prepared_by_id:
        return OWN
    return None if standing(proposal).state == State.PREPARED else DECIDED


def _lock(network_id: int) -> None:
    """One at a time decides about the books of a network."""
    Network.objects.select_for_update().get(pk=network_id)


def _step(
    proposal: Proposal, state: str, by: Workplace, now: datetime, reason: str = ""
) -> ProposalStep:
    return ProposalStep.objects.create(
        proposal=proposal,
        state=state,
        person_id=by.person_id,
        position_id=by.position_id,
        at=now,
        reason=reason,
    )
