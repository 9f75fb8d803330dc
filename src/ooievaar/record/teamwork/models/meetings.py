"""The multidisciplinary meeting (MDO): who takes part, whom it is about, what was decided."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy, TreatmentRelation, Woman


class TeamMeeting(models.Model):
    """A meeting of organisations; when and where may change until it is closed."""

    class Kind(models.TextChoices):
        MDO = "mdo", _("MDO")
        INTAKE = "intake", _("Bespreking van intakes")
        PSYCHOSOCIAL = "psychosocial", _("Psychosociaal overleg")

    kind = models.CharField(max_length=16, choices=Kind, default=Kind.MDO)
    starts_at = models.DateTimeField(db_index=True)
    minutes = models.PositiveSmallIntegerField()
    place = models.CharField(max_length=120, blank=True)
    chair = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    made_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    made_at = models.DateTimeField()


class MeetingOrganisation(models.Model):
    """An organisation takes part in a meeting."""

    append_only = True

    meeting = models.ForeignKey(TeamMeeting, models.PROTECT, related_name="taking_part")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "organisation"], name="takes_part_once"),
        ]


class AgendaItem(models.Model):
    """Somebody who treats her wants to speak about her: the question, and what to read before."""

    append_only = True

    meeting = models.ForeignKey(TeamMeeting, models.PROTECT, related_name="items")
    woman = models.ForeignKey(Woman, models.PROTECT, related_name="+")
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="agenda_items")
    question = models.CharField(max_length=200)
    preparation = models.TextField(blank=True)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    put_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["meeting", "pregnancy"], name="once_on_an_agenda"),
        ]


class AgendaSharing(models.Model):
    """An organisation speaks about her; `relation` is the consult that lets it see her record.

    Empty when it treated her already, or when another agenda gave the relation it has.
    """

    append_only = True

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="sharings")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    relation = models.ForeignKey(
        TreatmentRelation, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["item", "organisation"], name="speaks_of_her_once"),
        ]


class MeetingDecision(models.Model):
    """What was concluded about her; a correction is a new one, which replaces the former."""

    append_only = True

    class Kind(models.TextChoices):
        DISCUSSED = "discussed", _("Besproken")
        POSTPONED = "postponed", _("Uitgesteld")
        WITHDRAWN = "withdrawn", _("Van de agenda gehaald")

    item = models.ForeignKey(AgendaItem, models.PROTECT, related_name="decisions")
    kind = models.CharField(max_length=12, choices=Kind)
    conclusion = models.TextField(blank=True)
    entry = models.ForeignKey(
        Entry, models.PROTECT, null=True, blank=True, related_name="+",
        help_text="zoals het in haar dossier staat",
    )  # fmt: skip
    replaces = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="replaced_by"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["item"],
                condition=models.Q(replaces__isnull=True),
                name="one_first_decision",
            ),
        ]


class MeetingMinutes(models.Model):
    """What was said beside the women; after the closing it is a correction."""

    append_only = True

    meeting = models.ForeignKey(TeamMeeting, models.PROTECT, related_name="minutes_written")
    text = models.TextField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    written_at = models.DateTimeField()


class MeetingClosing(models.Model):
    """The meeting is over: from here on there are only corrections."""

    append_only = True

    meeting = models.OneToOneField(TeamMeeting, models.PROTECT, related_name="closing")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    closed_at = models.DateTimeField()
