"""What is remembered of what was agreed. Tariffs are contract data: none of them is public."""

from django.db import models
from django.db.models import F, Q

from ooievaar.contracts.agreement_models import (
    AgreementInForce,
    AgreementRemark,
    AgreementSignature,
    AgreementStep,
    AgreementVersion,
)
from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Discipline, Insurer, Network, Organisation

__all__ = [
    "Agreement",
    "AgreementInForce",
    "AgreementRemark",
    "AgreementSignature",
    "AgreementStep",
    "AgreementVersion",
    "Contract",
    "DisciplineShare",
    "MemberShare",
    "ParallelCare",
    "PriceListEntry",
    "Tariff",
]


class Contract(models.Model):
    """The terms of one insurer with one IGO in `[valid_from, valid_until)`."""

    no_overlap = ("network_id", "insurer_id")

    class Regime(models.TextChoices):
        PARALLEL_BAN = "parallel_ban", "Parallelliteitsverbod"
        CORRECTION = "correction", "Tariefcorrectie"
        NONE = "none", "Geen gevolg"

    network = models.ForeignKey(Network, models.PROTECT, related_name="contracts")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="contracts")
    reference = models.CharField(max_length=40, unique=True)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)
    regime = models.CharField(max_length=12, choices=Regime)
    insurer_switch_breaks = models.BooleanField(default=False)
    kraamzorg_bills_itself = models.BooleanField(default=False)
    kraamzorg_unit_minutes = models.PositiveSmallIntegerField(default=15)
    claim_within_months = models.PositiveSmallIntegerField(
        default=12, db_default=12, help_text="tot zoveel maanden na het einde van de zorg"
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="contract_period"
            ),
        ]


class Tariff(models.Model):
    """What a contract pays for a product whose phase starts in `[valid_from, valid_until)`."""

    no_overlap = ("contract_id", "product")

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="tariffs")
    product = models.CharField(max_length=32)
    cents = models.BigIntegerField(help_text="per product; kraamzorg: per uur")
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(valid_until__gt=F("valid_from")), name="tariff_period"
            ),
            models.CheckConstraint(condition=Q(cents__gte=0), name="tariff_not_negative"),
        ]


class ParallelCare(models.Model):
    """Outside care (`code`) that may be claimed beside the bundle under this contract."""

    contract = models.ForeignKey(Contract, models.PROTECT, related_name="parallel_care")
    code = models.CharField(max_length=16)


class PriceListEntry(models.Model):
    """The old-way price of an act of a hospital or ultrasound centre (0 cents is a price)."""

    no_overlap = ("organisation_id", "code")

    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, help_text="leeg: geldt voor ieder"
    )
    code = models.CharField(max_length=16)
    cents = models.BigIntegerField()
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)


class Agreement(models.Model):
    """How the income of an IGO is divided for products whose phase starts in the period."""

    no_overlap = ("network_id",)

    network = models.ForeignKey(Network, models.PROTECT, related_name="agreements")
    title = models.CharField(max_length=120)
    valid_from = models.DateField()
    valid_until = models.DateField(default=FAR_DATE)
    overhead_ppm = models.PositiveIntegerField()
    version = models.ForeignKey(
        AgreementVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="compiled",
        help_text="de tekst waaruit deze rijen komen",
    )


class DisciplineShare(models.Model):
    """The part of a product (after overhead) that goes to a discipline, and how it divides it."""

    class Method(models.TextChoices):
        FIXED_SHARE = "fixed_share", "Vast aandeel"
        PERFORMED = "performed", "Naar verrichte eenheden"

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="discipline_shares")
    product = models.CharField(max_length=32)
    discipline = models.CharField(max_length=20, choices=Discipline)
    ppm = models.PositiveIntegerField()
    method = models.CharField(max_length=12, choices=Method)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "product", "discipline"], name="one_share_per_discipline"
            ),
        ]


class MemberShare(models.Model):
    """The fixed part of its discipline's income that one organisation is entitled to."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="member_shares")
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    ppm = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="one_share_per_member"
            ),
        ]
