"""What is remembered of distribution agreements as text: versions, signatures, what was said."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Discipline, Network, Organisation, Person


class AgreementVersion(models.Model):
    """The text of an agreement as a network wrote it; a change is a new number."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="agreement_versions")
    number = models.PositiveIntegerField()
    title = models.CharField(max_length=120)
    content = models.TextField()
    sha256 = models.CharField(max_length=64)
    valid_from = models.DateField()
    valid_until = models.DateField(null=True, blank=True)
    follows = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, help_text="de versie waarmee zij vergelijkt"
    )
    is_imported = models.BooleanField(
        default=False, help_text="uit de regiotabellen ingelezen: geldt als elders ondertekend"
    )
    written_by = models.ForeignKey(
        Person, models.PROTECT, null=True, blank=True, related_name="+", help_text="leeg: ingelezen"
    )
    at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="agreement_version_once"),
        ]


class AgreementStep(models.Model):
    """What became of a version, apart from signing: one row per step, never changed."""

    append_only = True

    class Kind(models.TextChoices):
        PROPOSED = "proposed", _("Voorgesteld")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        ENDED = "ended", _("Beëindigd")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="steps")
    kind = models.CharField(max_length=9, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_on = models.DateField(null=True, blank=True, help_text="de eerste dag zonder")
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "kind"], name="agreement_step_once"),
        ]


class AgreementSignature(models.Model):
    """Somebody signed a version, by its hash, on behalf of whom `mandate` says.

    For the network (neither discipline nor organisation), a discipline, or one organisation.
    """

    append_only = True

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="signatures")
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    discipline = models.CharField(max_length=20, choices=Discipline, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    mandate = models.CharField(max_length=200)
    sha256 = models.CharField(max_length=64)
    signed_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["version", "person"], name="agreement_signed_once"),
        ]


class AgreementInForce(models.Model):
    """A signed version was put in force: its rows divide what starts in its period."""

    append_only = True

    version = models.OneToOneField(AgreementVersion, models.PROTECT, related_name="in_force")
    put_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    put_at = models.DateTimeField()


class AgreementRemark(models.Model):
    """What a party asks or says about a proposed version, and what it is answered."""

    append_only = True

    class Kind(models.TextChoices):
        QUESTION = "question", _("Vraag")
        ANSWER = "answer", _("Antwoord")
        CONSENT = "consent", _("Instemming")
        OBJECTION = "objection", _("Bezwaar")

    version = models.ForeignKey(AgreementVersion, models.PROTECT, related_name="remarks")
    kind = models.CharField(max_length=9, choices=Kind)
    person = models.ForeignKey(Person, models.PROTECT, related_name="+")
    discipline = models.CharField(max_length=20, choices=Discipline, blank=True)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    answers = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="answered_by"
    )
    text = models.TextField(blank=True)
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="answer", answers__isnull=False)
                | (~models.Q(kind="answer") & models.Q(answers__isnull=True)),
                name="agreement_answer_answers",
            ),
        ]
