"""What is remembered of what-if: what was asked and what came out. It moves no money."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Person
from ooievaar.pathways.models import CareShift


class Scenario(models.Model):
    """Another agreement, other tariffs or a care shift over a closed year, with what came out.

    `result` holds sums in cents by organisation, discipline, insurer and product: of nobody's care.
    """

    append_only = True

    class Kind(models.TextChoices):
        AGREEMENT = "agreement", _("Andere verdeelafspraak")
        TARIFFS = "tariffs", _("Andere tarieven")
        BOTH = "both", _("Andere afspraak en tarieven")
        SHIFT = "shift", _("Zorgverschuiving")

    network = models.ForeignKey(Network, models.PROTECT, related_name="scenarios")
    kind = models.CharField(max_length=9, choices=Kind)
    year = models.PositiveSmallIntegerField()
    title = models.CharField(max_length=120)
    text = models.TextField(blank=True, help_text="de verdeelafspraak; leeg: zoals zij gold")
    sha256 = models.CharField(max_length=64, blank=True, db_index=True)
    tariffs = models.TextField(blank=True, help_text="de tarieven die anders zijn")
    care_shift = models.ForeignKey(
        CareShift, models.PROTECT, null=True, blank=True, related_name="+"
    )
    result = models.JSONField()
    made_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: op de opdrachtregel"
    )
    job_id = models.UUIDField(null=True, unique=True, help_text="de taak die het uitrekende")
    at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["network", "at"], name="scenario_of_network")]
