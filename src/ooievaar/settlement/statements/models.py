"""What was told to a partner of a month: its figures, as they were when they were told."""

from django.db import models

from ooievaar.network.models import Network, Organisation
from ooievaar.settlement.statements.question_models import StatementAnswer, StatementQuestion

__all__ = ["Statement", "StatementAnswer", "StatementQuestion"]


class Statement(models.Model):
    """The month of one organisation, made once; what changes later stands in the next.

    `figures` holds amounts and words of the engine, no names: who reads it in another language
    reads the same. `sha256` is over them, and over whose they are.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    month = models.CharField(max_length=7, help_text="2026-10")
    number = models.CharField(max_length=24, unique=True, help_text="A12-2026-0004")
    day = models.DateField(help_text="zoals de boeken op het eind van deze dag staan")
    figures = models.JSONField()
    sha256 = models.CharField(max_length=64)
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "organisation", "month"], name="statement_once_a_month"
            ),
        ]
