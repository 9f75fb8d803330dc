"""What is remembered of who takes part."""

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.db.models import F, Q

from ooievaar.kernel.period import FAR_DATE


class Person(AbstractUser):
    """Somebody who may come in; roles and permissions come with the doors."""


class Discipline(models.TextChoices):
    """A profession or kind of provider, as income is divided."""

    MIDWIVES = "midwives", "Verloskundigen"
    GYNAECOLOGISTS = "gynaecologists", "Gynaecologen"
    HOSPITAL = "hospital", "Ziekenhuis"
    KRAAMZORG = "kraamzorg", "Kraamzorg"
    ULTRASOUND = "ultrasound", "Echocentra"
    OTHER = "other", "Overig"


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
