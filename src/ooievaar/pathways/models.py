"""What is remembered of pathways: what was agreed and signed, and who is on which."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Person
from ooievaar.pathways.shift_models import CareShift, ShiftDecision
from ooievaar.record.models import Pregnancy

__all__ = [
    "CareShift",
    "Enrolment",
    "PathwayInForce",
    "PathwaySignature",
    "PathwayVersion",
    "ShiftDecision",
    "Skip",
]


class PathwayVersion(models.Model):
    """The text of a pathway as a network made it; a change is a new number."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="pathway_versions")
    key = models.CharField(max_length=40)
    number = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=12)
    title = models.CharField(max_length=120)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["network", "key", "number"], name="pathway_version_once"
            ),
        ]


class PathwaySignature(models.Model):
    """Somebody signed a version, by its hash, on behalf of whom `mandate` says."""

    append_only = True

    version = models.ForeignKey(PathwayVersion, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    mandate = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="pathway_signed_once"),
        ]


class PathwayInForce(models.Model):
    """A signed version holds in its network from a day, until another takes its place.

    Of the bases one holds at a time; of every other pathway one version.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="pathways_in_force")
    version = models.ForeignKey(PathwayVersion, models.PROTECT, related_name="in_force")
    valid_from = models.DateField()
    put_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    put_at = models.DateTimeField()


class Enrolment(models.Model):
    """A woman starts on a version of a pathway, moves to another, or ends on it.

    What holds is the newest row of its pathway by `from_on`; of the bases together the newest.
    """

    append_only = True

    class Kind(models.TextChoices):
        START = "start", _("Begonnen")
        MOVE = "move", _("Overgezet")
        END = "end", _("Beëindigd")

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="pathway_enrolments")
    version = models.ForeignKey(PathwayVersion, models.PROTECT, related_name="enrolments")
    kind = models.CharField(max_length=5, choices=Kind)
    from_on = models.DateField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=200, blank=True)


class Skip(models.Model):
    """An item of her plan is skipped, with the reason; `is_undone` puts it back.

    `item` is the key of the item, `occurrence` the number of the child, 0 for the mother.
    """

    append_only = True

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="plan_skips")
    item = models.CharField(max_length=48)
    occurrence = models.PositiveSmallIntegerField(default=0)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()
    is_undone = models.BooleanField(default=False)
