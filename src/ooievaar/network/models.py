"""What is remembered of who takes part."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.roles import ORGANISATION_ROLES, Role


class Person(AbstractUser):
    """Somebody who may come in; what they may do there, their positions say."""

    must_change_password = models.BooleanField(
        default=False, help_text="het wachtwoord is eenmalig: gegeven door een ander"
    )
    password_until = models.DateTimeField(
        null=True, blank=True, help_text="tot wanneer een eenmalig wachtwoord geldt"
    )
    is_demo = models.BooleanField(default=False, help_text="verzonnen, voor de demo")

    @property
    def name(self) -> str:
        """The name as colleagues read it."""
        return self.get_full_name() or self.username


class Discipline(models.TextChoices):
    """A profession or kind of provider, as income is divided."""

    MIDWIVES = "midwives", _("Verloskundigen")
    GYNAECOLOGISTS = "gynaecologists", _("Gynaecologen")
    HOSPITAL = "hospital", _("Ziekenhuis")
    KRAAMZORG = "kraamzorg", _("Kraamzorg")
    ULTRASOUND = "ultrasound", _("Echocentra")
    OTHER = "other", _("Overig")


class Organisation(models.Model):
    """A care provider: midwife practice, hospital, gynaecologists, kraamzorg, ultrasound centre."""

    agb = models.CharField(max_length=8, unique=True)
    name = models.CharField(max_length=120)
    discipline = models.CharField(max_length=20, choices=Discipline)
    city = models.CharField(max_length=80, blank=True)

    def __str__(self) -> str:
        return self.name


class Network(models.Model):
    """A regional network: a VSV, or an IGO that contracts as one organisation (AGB type 53)."""

    class Kind(models.TextChoices):
        VSV = "vsv", "VSV"
        IGO = "igo", "IGO"

    kind = models.CharField(max_length=3, choices=Kind)
    name = models.CharField(max_length=120, unique=True)
    agb = models.CharField(max_length=8, blank=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """An organisation takes part in a network in `[valid_from, valid_until)`."""

    no_overlap = ("network_id", "organisation_id")

    class Kind(models.TextChoices):
        VOTING = "voting", "Stemhebbend"
        ADVISORY = "advisory", "Adviserend"
        OUTSIDE_FUNDING = "outside_funding", "Buiten de bekostigingsafspraak"

    network = models.ForeignKey(Network, models.PROTECT, related_name="memberships")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="memberships")
    kind = models.CharField(max_length=16, choices=Kind)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="membership_period"
            ),
        ]


class Supplier(models.Model):
    """An outside provider whose named care (`code`) the IGO buys; it is paid by invoice."""

    no_overlap = ("network_id", "organisation_id", "code")

    network = models.ForeignKey(Network, models.PROTECT, related_name="suppliers")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="supplies")
    code = models.CharField(max_length=16)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="supplier_period"
            ),
        ]


class Insurer(models.Model):
    """A payer (UZOVI); one without terms of its own follows those of `follows` (volgbeleid)."""

    uzovi = models.CharField(max_length=4, unique=True)
    name = models.CharField(max_length=120)
    group_name = models.CharField(max_length=120, blank=True)
    follows = models.ForeignKey("self", models.PROTECT, null=True, blank=True)

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """A person holds a role in `[valid_from, valid_until)`.

    A role in care or of a practice is held in an organisation; every other one in a network. A
    representative has a discipline too, a purchaser an insurer.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="positions")
    role = models.CharField(max_length=24, choices=Role)
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="positions"
    )
    network = models.ForeignKey(
        Network, models.PROTECT, null=True, blank=True, related_name="positions"
    )
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True, blank=True)
    discipline = models.CharField(max_length=20, choices=Discipline, blank=True)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gte=F("valid_from")), name="position_period"
            ),
            models.CheckConstraint(
                condition=Q(
                    role__in=sorted(ORGANISATION_ROLES),
                    organisation__isnull=False,
                    network__isnull=True,
                )
                | (
                    ~Q(role__in=sorted(ORGANISATION_ROLES))
                    & Q(organisation__isnull=True, network__isnull=False)
                ),
                name="position_place",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.PURCHASER) | Q(insurer__isnull=False),
                name="position_of_purchaser",
            ),
            models.CheckConstraint(
                condition=~Q(role=Role.REPRESENTATIVE) | ~Q(discipline=""),
                name="position_of_representative",
            ),
        ]
