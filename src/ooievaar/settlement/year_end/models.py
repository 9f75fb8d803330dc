"""What people decided about the books: prepared by one, approved by another, then booked.

Append-only: the database itself refuses to change or remove a row, and an approval by who prepared
(`guards.py`). How a proposal stands, its newest step says.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import ClaimLine
from ooievaar.network.models import Network, Person, Position
from ooievaar.settlement.models import ClosedProduct


class Proposal(models.Model):
    """Something that one person prepared, with all figures that they saw.

    `about` says what it is of: a year, a month, an insurer. `content_hash` covers the figures that
    count; before approving they are worked out again, and anything else than this is not booked.
    """

    append_only = True

    class Kind(models.TextChoices):
        YEAR_END = "year_end", _("Jaareinde")
        LOSS = "loss", _("Verlies dragen")
        OPENING = "opening", _("Beginsaldo van de bank")
        SAFETY_NET_PAID = "safety_net_paid", _("Vangnet betaald")
        PERIOD = "period", _("Maand sluiten")

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    kind = models.CharField(max_length=16, choices=Kind)
    about = models.CharField(max_length=20, blank=True, help_text="2026, of 2026-10")
    figures = models.JSONField(help_text="alle invoer en uitkomsten, zoals zij gezien zijn")
    content_hash = models.CharField(max_length=64)
    note = models.CharField(max_length=500, blank=True)
    despite = models.CharField(
        max_length=500, blank=True, help_text="waarom ook met onbekende waarden geboekt mag worden"
    )
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    prepared_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()


class ProposalStep(models.Model):
    """What became of a proposal: one row per step, never changed; the newest is how it stands."""

    append_only = True

    class State(models.TextChoices):
        PREPARED = "prepared", _("Wacht op goedkeuring")
        APPROVED = "approved", _("Goedgekeurd")
        REFUSED = "refused", _("Afgekeurd")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        BOOKED = "booked", _("Goedgekeurd en geboekt")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=9, choices=State)
    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "state"], name="proposal_step_once"),
            models.UniqueConstraint(
                fields=["proposal"],
                condition=Q(state__in=["refused", "withdrawn", "booked"]),
                name="proposal_ends_once",
            ),
        ]


class LossLine(models.Model):
    """What an insurer refused of one claimed line, and people decided to bear.

    `parts` are the leaves of the division that lose it, as `[kind, organisation or 0, cents]`, the
    reserve alone where the network bears it. Is the line granted after all, then the loss goes
    back by itself, the way it came.
    """

    append_only = True

    class Bearer(models.TextChoices):
        RESERVE = "reserve", _("de reserve")
        SHARES = "shares", _("wie het verdeeld kreeg, ieder naar zijn deel")

    proposal = models.ForeignKey(Proposal, models.PROTECT, related_name="losses")
    line = models.ForeignKey(ClaimLine, models.PROTECT, related_name="+")
    product = models.ForeignKey(ClosedProduct, models.PROTECT, related_name="+")
    bearer = models.CharField(max_length=7, choices=Bearer)
    cents = models.BigIntegerField()
    parts = models.JSONField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["proposal", "line"], name="loss_line_once"),
            models.CheckConstraint(condition=Q(cents__gt=0), name="loss_line_has_cents"),
        ]
