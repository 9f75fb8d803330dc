"""What is remembered of what happened; every row says since when it was known."""

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Insurer, Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.record.rules import consent


class Woman(models.Model):
    """A woman in care; `reference` is the name the region's files use for her.

    `same_as` is the record that she turned out to be as well, which is itself like no other. Every
    row stays where it was written; who reads takes the records of one woman together
    (`women.records.her_records`). `WomanMerge` and `WomanSplit` tell since when.
    """

    reference = models.CharField(max_length=64, unique=True)
    bsn = models.CharField(max_length=9, unique=True, null=True, blank=True)
    name = models.CharField(max_length=120, blank=True)
    birth_date = models.DateField(null=True, blank=True)
    postcode = models.CharField(max_length=7, blank=True)
    same_as = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="merged_records"
    )


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


class BilledMono(models.Model):
    """It became known that an activity had gone to an insurer the old way, and how."""

    append_only = True

    activity = models.OneToOneField(CareActivity, models.PROTECT, related_name="billed_later")
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

    Holds in `[valid_from, valid_until)`; one that was ended stays as it was, and who treats her
    again has another. A member of the team is a `person`; else it holds for everybody who gives
    care in the organisation. A consult is one of whoever asked it.
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
    asked_by = models.ForeignKey(
        Organisation,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        help_text="wie haar verwees: wat die vastlegde, mag de gevraagde zien",
    )

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
                condition=Q(basis="care", valid_until=FAR_DATE),
                name="one_open_relation_by_care",
            ),
            models.UniqueConstraint(
                fields=["pregnancy", "organisation", "asked_by"],
                condition=Q(basis="consult", valid_until=FAR_DATE),
                name="one_open_consult_of_each",
            ),
            models.UniqueConstraint(
                fields=["pregnancy", "organisation"],
                condition=Q(basis="consult", valid_until=FAR_DATE, asked_by__isnull=True),
                name="one_open_consult_of_nobody",
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


class ReceiverKind(models.TextChoices):
    """A kind of receiver: every organisation of a discipline, or care outside the networks."""

    MIDWIVES = "midwives", _("alle verloskundigen")
    GYNAECOLOGISTS = "gynaecologists", _("alle gynaecologen")
    HOSPITAL = "hospital", _("alle ziekenhuizen")
    KRAAMZORG = "kraamzorg", _("alle kraamzorg")
    ULTRASOUND = "ultrasound", _("alle echocentra")
    OTHER = "other", _("alle overige organisaties")
    GP = consent.GP, _("de huisarts")
    YOUTH_CARE = consent.YOUTH_CARE, _("de jeugdgezondheidszorg")


class Consent(models.Model):
    """What a woman said about sharing what `source` recorded with a receiver, for one purpose.

    Empty is every organisation; the receiver is one organisation or a kind, never both. The more
    specific one counts; where neither is, the objection; of the same sides the newest. A row that
    neither gives nor objects takes back what she said of these sides.
    """

    append_only = True

    class Purpose(models.TextChoices):
        TREATMENT = consent.TREATMENT, _("haar behandeling")
        QUALITY = consent.QUALITY, _("leren van zorg")
        RESEARCH = consent.RESEARCH, _("wetenschappelijk onderzoek")

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="consents")
    purpose = models.CharField(
        max_length=12, choices=Purpose, default=Purpose.TREATMENT, db_default=Purpose.TREATMENT
    )
    source = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    recipient_kind = models.CharField(
        max_length=16, choices=ReceiverKind, blank=True, default="", db_default=""
    )
    is_given = models.BooleanField(
        null=True, blank=True, help_text="onwaar is een bezwaar, leeg neemt terug wat zij zei"
    )
    recorded_at = models.DateTimeField()
    recorded_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True)

    @property
    def receiver(self) -> str:
        """Who may see it, as people read it; empty is everyone."""
        return self.recipient.name if self.recipient else str(self.get_recipient_kind_display())


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


class WomanMerge(models.Model):
    """Two records turned out to be of one woman: `merged` is read with `kept` from then on."""

    append_only = True

    kept = models.ForeignKey(Woman, models.PROTECT, related_name="+")
    merged = models.ForeignKey(Woman, models.PROTECT, related_name="merges")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class WomanSplit(models.Model):
    """A merge was a mistake: from then on each of the two is read by herself again."""

    append_only = True

    merge = models.OneToOneField(WomanMerge, models.PROTECT, related_name="split")
    reason = models.CharField(max_length=200)
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    at = models.DateTimeField()


class IdentityChange(models.Model):
    """Who she is was completed or corrected: what stood there, and what stands there since."""

    append_only = True

    class Field(models.TextChoices):
        NAME = "name", _("Naam")
        BIRTH_DATE = "birth_date", _("Geboortedatum")
        POSTCODE = "postcode", _("Postcode")
        BSN = "bsn", _("BSN")

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="identity_changes")
    field = models.CharField(max_length=12, choices=Field)
    was = models.CharField(max_length=120, blank=True)
    becomes = models.CharField(max_length=120, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    at = models.DateTimeField()


class CoverageChange(models.Model):
    """Her insurer turned out to be another in `[valid_from, valid_until)`, and how that is known.

    The insurance itself is rewritten; what was thought until then stands here.
    """

    append_only = True

    class Source(models.TextChoices):
        CHECK = "check", _("Controle op verzekeringsgegevens (COV)")
        INSURER = "insurer", _("De verzekeraar zei het")
        WOMAN = "woman", _("Zij zei het zelf")

    woman = models.ForeignKey(Woman, models.PROTECT, related_name="coverage_changes")
    was = models.ForeignKey(
        Insurer, models.PROTECT, null=True, related_name="+", help_text="leeg: onbekend"
    )
    becomes = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    valid_from = models.DateField()
    valid_until = models.DateField()
    source = models.CharField(max_length=8, choices=Source)
    checked_on = models.DateField()
    reason = models.CharField(max_length=200, blank=True)
    by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    at = models.DateTimeField()
