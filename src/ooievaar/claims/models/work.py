"""What should be done now, and what people did about it."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models.lines import ClaimLine
from ooievaar.network.models import Insurer, Network, Person
from ooievaar.record.models import Pregnancy


class Proposal(models.Model):
    """What the last reconciliation found for a product; replaced whole by the next one."""

    class Action(models.TextChoices):
        NEW = "new", _("Declareren")
        CREDIT = "credit", _("Crediteren")
        RESEND = "resend", _("Opnieuw verzenden")
        WAIT = "wait", _("Wacht op antwoord")
        HOLD = "hold", _("Blijft staan")
        EXPIRED = "expired", _("Te laat")

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    key = models.CharField(max_length=80)
    action = models.CharField(max_length=8, choices=Action)
    line = models.ForeignKey(
        ClaimLine,
        models.PROTECT,
        null=True,
        related_name="+",
        help_text="de regel waar het om gaat",
    )
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="+")
    product = models.CharField(max_length=32)
    cents = models.BigIntegerField()
    reason = models.CharField(max_length=32)
    deadline = models.DateField()
    computed_at = models.DateTimeField()
    content = models.JSONField(help_text="wat nodig is om de regel te maken")

    class Meta:
        indexes = [models.Index(fields=["network", "action"], name="proposal_by_action")]


class ProblemMark(models.Model):
    """What a person did with a problem on the work list."""

    append_only = True

    class Kind(models.TextChoices):
        ASSIGNED = "assigned", _("Toegewezen")
        COMMENT = "comment", _("Opmerking")
        FIXED = "fixed", _("Opgelost")

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    problem = models.CharField(max_length=160, db_index=True, help_text="sleutel van het probleem")
    kind = models.CharField(max_length=8, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, related_name="+")
    text = models.CharField(max_length=1000, blank=True)
    at = models.DateTimeField()


class Touch(models.Model):
    """A person's hand on a line or a problem: what the measure of burden counts."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    action = models.CharField(max_length=32)
    key = models.CharField(max_length=80, blank=True, db_index=True, help_text="het product")
    line = models.ForeignKey(ClaimLine, models.PROTECT, null=True, related_name="+")
    problem = models.CharField(max_length=160, blank=True)
