"""What was agreed that somebody does for her."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.record.teamwork.models.meetings import MeetingDecision


class PlanItem(models.Model):
    """An agreed task with an owner and a day; its newest step tells how it stands."""

    append_only = True

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="+")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="plan_items")
    text = models.CharField(max_length=500)
    owner_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    owner = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="leeg is wie er dan werkt",
    )  # fmt: skip
    until = models.DateField(help_text="uiterste dag")
    decision = models.ForeignKey(
        MeetingDecision, models.PROTECT, null=True, blank=True, related_name="plan_items"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    made_at = models.DateTimeField()


class PlanStep(models.Model):
    """What became of a task."""

    append_only = True

    class State(models.TextChoices):
        DONE = "done", _("gedaan")
        DROPPED = "dropped", _("vervallen")
        REOPENED = "reopened", _("weer open")

    item = models.ForeignKey(PlanItem, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=State)
    note = models.CharField(max_length=200, blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
