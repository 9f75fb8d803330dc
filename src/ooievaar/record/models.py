"""What is remembered of what happened; every row says since when it was known."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Insurer, Organisation, Person
from ooievaar.network.roles import Role


class Woman(models.Model):
    """A woman in care; `reference` is the name the region's files use for her."""

    reference = models.CharField(max_length=64, unique=True)
    bsn = models.CharField(max_length=9, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    postcode = models.CharField(max_length=7, blank=True)


class Coverage(models.Model):
    """A woman is insured with an insurer in `[valid_from, valid_until)`."""

    no_overlap = ("woman_id",)

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="coverages")
    insurer = models.ForeignKey(Insurer, models.PROTECT)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="coverage_period"
            ),
        ]


class Pregnancy(models.Model):
    """One episode of a woman; what is known of it stands in its versions."""

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="pregnancies")
    reference = models.CharField(max_length=64, unique=True)


class PregnancyVersion(models.Model):
    """What was known of a pregnancy from `recorded_on`; the newest version known counts."""

    append_only = True

    class EndKind(models.TextChoices):
        ONGOING = "ongoing", "Lopend"
        BIRTH = "birth", "Geboorte"
        MISCARRIAGE = "miscarriage", "Miskraam"
        TERMINATION = "termination", "Afgebroken"
        ECTOPIC = "ectopic", "Buitenbaarmoederlijk"
        MOVED_AWAY = "moved_away", "Verhuisd"
        LOST = "lost", "Uit zicht"

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="versions")
    recorded_on = models.DateField()
    first_intake_on = models.DateField(help_text="eerste fysieke intake")
    first_intake_organisation = models.ForeignKey(Organisation, models.PROTECT)
    due_on = models.DateField()
    due_precision_days = models.PositiveSmallIntegerField(default=3)
    end_kind = models.CharField(max_length=12, choices=EndKind, default=EndKind.ONGOING)
    ended_on = models.DateField(null=True, blank=True)
    ended_precision_days = models.PositiveSmallIntegerField(default=0)
    birth_on = models.DateField(null=True, blank=True)
    children = models.PositiveSmallIntegerField(default=1)
    labour_on = models.DateField(
        null=True, blank=True, help_text="actieve baring, of begin geplande sectio of inleiding"
    )
    labour_minute = models.PositiveSmallIntegerField(
        null=True, blank=True, help_text="minuten na middernacht, als de tijd bekend is"
    )
    placenta_on = models.DateField(null=True, blank=True)
    placenta_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    entered_on = models.DateField(
        null=True, blank=True, help_text="overgenomen van een aanbieder buiten de IGO"
    )
    exempt_reason = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ["recorded_on", "id"]


class CareActivity(models.Model):
    """Something done for a woman on a date by an organisation; never changed, only withdrawn."""

    append_only = True

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="activities")
    pregnancy = models.ForeignKey(
        Pregnancy, models.PROTECT, null=True, blank=True, related_name="activities"
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    code = models.CharField(max_length=16)
    specialism = models.CharField(max_length=4, blank=True)
    performed_on = models.DateField()
    performed_minute = models.PositiveSmallIntegerField(null=True, blank=True)
    quantity = models.PositiveIntegerField(default=1)
    duration_minutes = models.PositiveIntegerField(default=0)
    child_number = models.PositiveSmallIntegerField(default=0, help_text="0 is de moeder")
    billed_mono = models.BooleanField(default=False, help_text="al op de oude wijze gedeclareerd")
    source = models.CharField(max_length=16)
    source_reference = models.CharField(max_length=80)
    recorded_on = models.DateField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["source", "source_reference"], name="activity_once_per_source"
            ),
        ]


class Withdrawal(models.Model):
    """An activity was entered in error; it stays readable and counts no more."""

    append_only = True

    activity = models.OneToOneField(CareActivity, models.PROTECT, related_name="withdrawal")
    recorded_on = models.DateField()
    reason = models.CharField(max_length=200)


class ImportedFile(models.Model):
    """A file that was read, by content, so that the same file twice changes nothing."""

    append_only = True

    sha256 = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=200)
    reader = models.CharField(max_length=32)
    imported_at = models.DateTimeField()
    rows_stored = models.PositiveIntegerField()
    rows_refused = models.PositiveIntegerField(default=0)


class TreatmentRelation(models.Model):
    """An organisation, or one person of it, treats a woman in a pregnancy: who may see it.

    Holds in `[valid_from, valid_until)`. A member of the team is a `person`; else it holds for
    everybody who gives care in the organisation.
    """

    class Basis(models.TextChoices):
        CARE = "care", _("Verleende zorg")
        CONSULT = "consult", _("Gevraagd consult")
        TEAM = "team", _("Lid van het team")

    pregnancy = models.ForeignKey(
        Pregnancy, models.PROTECT, related_name="relations", db_index=False
    )
    organisation = models.ForeignKey(Organisation, models.PROTECT, db_index=False)
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True)
    basis = models.CharField(max_length=8, choices=Basis)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)
    question = models.CharField(max_length=200, blank=True, help_text="bij een consult")

    class Meta:
        indexes = [
            models.Index(fields=["organisation", "pregnancy"], name="relation_of_organisation"),
            models.Index(fields=["pregnancy", "organisation"], name="relation_of_pregnancy"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="relation_period"
            ),
            models.UniqueConstraint(
                fields=["pregnancy", "organisation"],
                condition=Q(basis="care"),
                name="one_relation_by_care",
            ),
            models.UniqueConstraint(
                fields=["pregnancy", "organisation"],
                condition=Q(basis="consult", valid_until=FAR_DATE),
                name="one_open_consult",
            ),
            models.UniqueConstraint(
                fields=["pregnancy", "organisation", "person"],
                condition=Q(basis="team", valid_until=FAR_DATE),
                name="one_open_place_in_the_team",
            ),
            models.CheckConstraint(
                condition=Q(basis="team", person__isnull=False)
                | (~Q(basis="team") & Q(person__isnull=True)),
                name="relation_of_a_person",
            ),
        ]


class Consent(models.Model):
    """What a woman said about sharing what `source` recorded with `recipient`.

    Empty is every organisation. The most specific one counts; of equals the objection, of the
    same pair the newest.
    """

    append_only = True

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="consents")
    source = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    is_given = models.BooleanField(help_text="onwaar is een bezwaar")
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True)


class BreakGlass(models.Model):
    """Somebody pressed the emergency button, with a reason: a record is open until `open_until`."""

    append_only = True

    person = models.ForeignKey(Person, models.PROTECT, db_index=False)
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    role = models.CharField(max_length=24)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    reason = models.CharField(max_length=400)
    opened_at = models.DateTimeField()
    open_until = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["person", "open_until"], name="breakglass_of_person")]
        constraints = [
            models.CheckConstraint(
                condition=Q(open_until__gt=F("opened_at")), name="breakglass_period"
            ),
        ]

    @property
    def role_label(self) -> str:
        """The role in which it was opened, as people read it."""
        return str(Role(self.role).label)


class BreakGlassReview(models.Model):
    """What a reviewer made of one use of the emergency button."""

    append_only = True

    class Judgement(models.TextChoices):
        JUSTIFIED = "justified", _("Terecht")
        UNJUSTIFIED = "unjustified", _("Onterecht")

    break_glass = models.OneToOneField(BreakGlass, models.PROTECT, related_name="review")
    reviewer = models.ForeignKey(Person, models.PROTECT)
    judgement = models.CharField(max_length=12, choices=Judgement)
    note = models.CharField(max_length=400, blank=True)
    reviewed_at = models.DateTimeField()
