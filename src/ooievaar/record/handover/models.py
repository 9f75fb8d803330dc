"""What is remembered of asking and handing over: every step is a row, none is ever changed."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.record.models import Pregnancy, TreatmentRelation


class Phase(models.IntegerChoices):
    """The perinatal period that a responsibility is about; `WHOLE` is everything from then on."""

    WHOLE = 0, _("Alles vanaf dan")
    PRENATAL = 1, _("De zwangerschap")
    NATAL = 2, _("De bevalling")
    POSTNATAL = 3, _("Na de bevalling")


class Referral(models.Model):
    """A question of one provider to another, in three kinds: advice, a look, or taking over.

    How it stands follows from its steps (`rules.course`). `relation` is the treatment relation
    that it gave; none where an earlier question of the same organisation had given it.
    """

    append_only = True

    class Kind(models.TextChoices):
        ADVICE = "advice", _("Advies")
        CONSULT = "consult", _("Consult")
        TRANSFER = "transfer", _("Overdracht")

    class Urgency(models.TextChoices):
        EMERGENCY = "emergency", _("Spoed")
        DAY = "day", _("Binnen 24 uur")
        WEEK = "week", _("Binnen een week")
        REGULAR = "regular", _("Regulier")

    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, related_name="referrals")
    kind = models.CharField(max_length=8, choices=Kind)
    phase = models.PositiveSmallIntegerField(choices=Phase, default=Phase.WHOLE)
    urgency = models.CharField(max_length=9, choices=Urgency)
    question = models.TextField()
    indication = models.CharField(max_length=32, blank=True)
    from_organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    from_person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
    to_organisation = models.ForeignKey(
        Organisation, models.PROTECT, related_name="+", db_index=False
    )
    to_person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    asked_at = models.DateTimeField()
    relation = models.ForeignKey(
        TreatmentRelation, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        indexes = [
            models.Index(fields=["to_organisation", "asked_at"], name="referral_to_organisation"),
        ]


class ReferralStep(models.Model):
    """Something that was done with a referral; of one without a `person` Ooievaar itself did it."""

    append_only = True

    class State(models.TextChoices):
        ACCEPTED = "accepted", _("Aangenomen")
        TAKEN_OVER = "taken_over", _("Overgenomen")
        ANSWERED = "answered", _("Beantwoord")
        DECLINED = "declined", _("Niet aangenomen")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        LAPSED = "lapsed", _("Vervallen")
        ENDED = "ended", _("Afgesloten")

    class Lead(models.TextChoices):
        PRIMARY = "primary", _("Eerste lijn")
        PRIMARY_IN_HOSPITAL = "primary_in_hospital", _("Eerste lijn, in het ziekenhuis")
        SECONDARY = "secondary", _("Tweede lijn")
        TERTIARY = "tertiary", _("Derde lijn")

    referral = models.ForeignKey(Referral, models.PROTECT, related_name="steps", db_index=False)
    state = models.CharField(max_length=10, choices=State)
    at = models.DateTimeField()
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    role = models.CharField(max_length=24, blank=True)
    text = models.TextField(blank=True)
    lead = models.CharField(max_length=20, choices=Lead, blank=True)
    lead_when = models.CharField(max_length=120, blank=True)

    class Meta:
        indexes = [models.Index(fields=["referral", "at"], name="step_of_referral")]
        constraints = [
            models.UniqueConstraint(
                fields=["referral"],
                condition=Q(
                    state__in=["answered", "taken_over", "declined", "withdrawn", "lapsed"]
                ),
                name="one_outcome_of_a_referral",
            ),
            models.UniqueConstraint(fields=["referral", "state"], name="one_step_of_a_state"),
        ]


class Responsibility(models.Model):
    """Who has a duty in a pregnancy from `starts_at` on, until the next row of that duty says so.

    The newest that began counts (of the same moment the last written), so there is neither a gap
    nor an overlap. One of a single phase counts in that phase only.
    """

    append_only = True

    class Duty(models.TextChoices):
        RESPONSIBLE = "responsible", _("Verantwoordelijk")
        COORDINATOR = "coordinator", _("Coördinerend zorgverlener")

    pregnancy = models.ForeignKey(
        Pregnancy, models.PROTECT, related_name="responsibilities", db_index=False
    )
    duty = models.CharField(max_length=12, choices=Duty)
    phase = models.PositiveSmallIntegerField(choices=Phase, default=Phase.WHOLE)
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    starts_at = models.DateTimeField()
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    referral = models.OneToOneField(
        Referral, models.PROTECT, null=True, blank=True, related_name="responsibility"
    )

    class Meta:
        verbose_name_plural = "responsibilities"
        indexes = [models.Index(fields=["pregnancy", "starts_at"], name="duty_of_pregnancy")]


class FullWard(models.Model):
    """A ward of a hospital says that it takes nobody more in `[starts_at, full_until)`."""

    append_only = True

    class Ward(models.TextChoices):
        DELIVERY = "delivery", _("Verloskamers")
        MATERNITY = "maternity", _("Kraamafdeling")
        NEONATAL = "neonatal", _("Couveuseafdeling")
        HIGH_CARE = "high_care", _("Obstetrische high care")

    class Reason(models.TextChoices):
        BEDS = "beds", _("Geen bed of kamer vrij")
        STAFF = "staff", _("Te weinig personeel")
        NEONATAL = "neonatal", _("Geen plaats voor de baby")
        OTHER = "other", _("Anders")

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ward = models.CharField(max_length=12, choices=Ward)
    reason = models.CharField(max_length=12, choices=Reason)
    note = models.CharField(max_length=200, blank=True)
    starts_at = models.DateTimeField()
    full_until = models.DateTimeField(db_index=True)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(full_until__gt=models.F("starts_at")), name="full_ward_period"
            ),
        ]


class FullWardEnd(models.Model):
    """A ward takes women again before the moment it had named."""

    append_only = True

    full_ward = models.OneToOneField(FullWard, models.PROTECT, related_name="end")
    ended_at = models.DateTimeField()
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    role = models.CharField(max_length=24)
