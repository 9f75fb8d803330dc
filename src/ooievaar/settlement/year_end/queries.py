"""What others read of decisions about the books: those that wait, years, and a partner's own."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import known
from ooievaar.settlement.ledger.slots import Ask
from ooievaar.settlement.year_end.models import LossLine, Proposal, ProposalStep


def proposals_for(workplace: Workplace) -> QuerySet[Proposal]:
    """Return the proposals that a workplace may see, newest first: whole, so not for a partner."""
    proposals = Proposal.objects.select_related("network", "prepared_by").order_by("-pk")
    if workplace.sees_whole_network:
        return proposals.filter(network_id=known(workplace.network_id))
    return proposals.none()


def year_ends_for(workplace: Workplace, year: int | None = None) -> QuerySet[Proposal]:
    """Return the settlements of years that a workplace may see, with their steps."""
    found = proposals_for(workplace).filter(kind=Proposal.Kind.YEAR_END)
    if year is not None:
        found = found.filter(about=str(year))
    return found.prefetch_related("steps__person")


@dataclass(frozen=True, slots=True)
class PartnerYearLine:
    """What the settlement of a year, once booked, was for one partner, and what it follows from.

    `terms` are those of the agreement (`ppm`, `cap_ppm`, `financed_by`, ...); of other partners
    nothing is told.
    """

    network_id: int
    network: str
    year: int
    booked_at: date
    line: dict[str, Any]
    terms: dict[str, Any]
    unknown: int

    @property
    def cents(self) -> int:
        """What the year adds to what it is due; below zero what it pays for others."""
        line = self.line
        return int(line["paid_cents"] + line["released_cents"] - line["charged_cents"])


def of_partner(workplace: Workplace, year: int | None = None) -> list[PartnerYearLine]:
    """Return the own line of a practice in each year that was booked, newest year first.

    The newest settlement of a year counts: it holds what was booked of it in all. One query.
    """
    if workplace.role != Role.PRACTICE_ADMINISTRATOR:
        return []
    booked = ProposalStep.objects.filter(proposal=OuterRef("pk"), state=ProposalStep.State.BOOKED)
    networks = Membership.objects.filter(organisation_id=known(workplace.organisation_id))
    found = Proposal.objects.filter(
        Exists(booked),
        kind=Proposal.Kind.YEAR_END,
        network_id__in=networks.values("network_id"),
    ).select_related("network")
    if year is not None:
        found = found.filter(about=str(year))
    lines: dict[tuple[int, str], PartnerYearLine] = {}
    for proposal in found.annotate(booked_at=booked.values("at")[:1]).order_by("-about", "-pk"):
        own = line_of(proposal.figures, workplace.organisation_id or 0)
        if own is None or (proposal.network_id, proposal.about) in lines:
            continue
        lines[proposal.network_id, proposal.about] = PartnerYearLine(
            network_id=proposal.network_id,
            network=proposal.network.name,
            year=int(proposal.about),
            booked_at=timezone.localdate(proposal.booked_at),
            line=own,
            terms=proposal.figures["agreement"],
            unknown=proposal.figures["unknown"],
        )
    return list(lines.values())


def line_of(figures: dict[str, Any], organisation_id: int) -> dict[str, Any] | None:
    """Return the line of one partner in the figures of a year."""
    return next((line for line in figures["partners"] if line["id"] == organisation_id), None)


def asks_of_year_end(workplace: Workplace, today: date) -> list[Ask]:
    """Say which decisions about the books wait for somebody who approves."""
    del today
    if workplace.role != Role.APPROVER:
        return []
    done = ProposalStep.objects.filter(proposal=OuterRef("pk")).exclude(
        state=ProposalStep.State.PREPARED
    )
    found = proposals_for(workplace).filter(~Exists(done))
    return [
        Ask(
            _("%(what)s wacht op goedkeuring") % {"what": title_of(one)},
            reverse("proposal", args=[one.pk]),
            timezone.localdate(one.prepared_at),
        )
        for one in found.exclude(prepared_by_id=workplace.person_id)
    ]


def page_of_loss(loss_id: int) -> str:
    """Return where the decision about a loss is shown."""
    found = LossLine.objects.filter(pk=loss_id).values_list("proposal_id", flat=True).first()
    return reverse("proposal", args=[found]) if found else ""


def title_of(proposal: Proposal) -> str:
    """Return what a proposal is, for people: `Jaareinde 2026`."""
    name = str(Proposal.Kind(proposal.kind).label)
    if proposal.kind in (Proposal.Kind.YEAR_END, Proposal.Kind.PERIOD):
        return f"{name}: {proposal.about}"
    insurer = proposal.figures.get("insurer_name", "")
    return f"{name}: {insurer}" if insurer else name
