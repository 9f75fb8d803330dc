"""What is remembered of entries: written once, corrected by a new version."""

from django.db import models

from ooievaar.network.models import Organisation, Person
from ooievaar.record.models import CareActivity, Pregnancy, Woman

HERE = "record"
"""The source of what was entered here; what came from elsewhere names where."""


class Entry(models.Model):
    """A form that somebody filled in about a pregnancy: one version of it, never changed.

    The present version is the one that nothing replaces. Entered in error is a version too: it
    has no observations, and what it replaced stays readable.
    """

    append_only = True

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="entries")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="entries")
    form = models.CharField(max_length=32)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    happened_on = models.DateField()
    happened_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="minuten na middernacht, als de tijd bekend is"
    )
    recorded_at = models.DateTimeField()
    source = models.CharField(max_length=16, default=HERE)
    source_reference = models.CharField(max_length=120, blank=True)
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    is_in_error = models.BooleanField(default=False)
    reason = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "recorded_at"], name="entry_of_organisation"),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_reference"],
                condition=~models.Q(source_reference=""),
                name="entry_once_per_source",
            ),
        ]


class Observation(models.Model):
    """What was found of one element; `value` is the canonical text of its kind.

    `number` is 0 for the woman or the pregnancy as a whole, else that of the fetus, the child or
    the earlier pregnancy that the form is about.
    """

    append_only = True

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="observations")
    element = models.CharField(max_length=48)
    number = models.PositiveSmallIntegerField(default=0)
    value = models.TextField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["entry", "element", "number"], name="one_observation_of_an_element"
            ),
        ]


class CountedActivity(models.Model):
    """A care activity as which an entry counts; a correction keeps those that stay the same."""

    append_only = True

    entry = models.ForeignKey(Entry, models.PROTECT, related_name="counted")
    activity = models.ForeignKey(CareActivity, models.PROTECT, related_name="counted_of")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["entry", "activity"], name="counts_once"),
        ]


class Draft(models.Model):
    """What somebody typed and did not finish yet; saved as they go, and theirs alone."""

    person = models.ForeignKey(Person, models.CASCADE, related_name="+")
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="+")
    pregnancy = models.ForeignKey(Pregnancy, models.CASCADE, related_name="drafts")
    form = models.CharField(max_length=32)
    replaces = models.ForeignKey(Entry, models.CASCADE, null=True, blank=True, related_name="+")
    values = models.JSONField(default=dict)
    changed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["person", "organisation", "pregnancy", "form"],
                condition=models.Q(replaces__isnull=True),
                name="one_draft_of_a_form",
            ),
            models.UniqueConstraint(
                fields=["person", "organisation", "replaces"],
                condition=models.Q(replaces__isnull=False),
                name="one_draft_of_a_correction",
            ),
        ]


class RepeatChoice(models.Model):
    """Somebody saw that a diagnostic was made already within its window, and chose.

    Prevented: it was not made again. Else it was, with a reason, and `entry` is what came of it.
    """

    append_only = True

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="+")
    diagnostic = models.CharField(max_length=48)
    earlier = models.ForeignKey(Entry, models.PROTECT, related_name="+")
    entry = models.ForeignKey(Entry, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    is_prevented = models.BooleanField()
    reason = models.CharField(max_length=200, blank=True)
    chosen_at = models.DateTimeField()
