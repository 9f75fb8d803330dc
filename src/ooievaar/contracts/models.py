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
    overhead_cents = models.PositiveBigIntegerField(
        default=0, db_default=0, help_text="per maand, in plaats van een deel"
    )
    reserve_ppm = models.PositiveIntegerField(
        default=0, db_default=0, help_text="van wat de organisatiekosten overlaten"
    )
    earmarked_ppm = models.PositiveIntegerField(
        default=0, db_default=0, help_text="toeslagen met een eigen doel, van hetzelfde"
    )
    version = models.ForeignKey(
        AgreementVersion,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="compiled",
        help_text="de tekst waaruit deze rijen komen",
    )

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(overhead_ppm=0) | Q(overhead_cents=0), name="overhead_of_one_kind"
            ),
        ]


class Method(models.TextChoices):
    """How money is divided over disciplines, over organisations, or within a cooperative."""

    FIXED_SHARE = "fixed_share", "Vast aandeel"
    MONO_PRO_RATA = "mono_pro_rata", "Zoals de oude bekostiging"
    PERFORMED = "performed", "Naar verrichte eenheden"
    BY_CLIENTS = "by_clients", "Naar cliënten"


class ProductRule(models.Model):
    """How a product is divided over the disciplines; without a rule by their shares."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="product_rules")
    product = models.CharField(max_length=32, help_text="* voor elk product dat niet is genoemd")
    method = models.CharField(max_length=16, choices=Method)
    until = models.DateField(null=True, help_text="daarna volgens de vaste aandelen")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "product"], name="one_rule_per_product"),
            models.CheckConstraint(
                condition=~Q(method="by_clients"), name="disciplines_have_no_clients"
            ),
        ]


class DisciplineShare(models.Model):
    """The part of a product (after overhead) that goes to a discipline, and how it divides it."""

    Method = Method

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="discipline_shares")
    product = models.CharField(max_length=32)
    discipline = models.CharField(max_length=20, choices=Discipline)
    ppm = models.PositiveIntegerField()
    method = models.CharField(max_length=16, choices=Method)

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


class MemberRule(models.Model):
    """How a discipline divides what it gets of products without a discipline share."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="member_rules")
    discipline = models.CharField(max_length=20, choices=Discipline)
    method = models.CharField(max_length=16, choices=Method)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "discipline"], name="one_rule_per_discipline"
            ),
        ]


class Cooperative(models.Model):
    """An organisation that divides its part of the discipline over members of its own."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="cooperatives")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    method = models.CharField(max_length=16, choices=Method)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["agreement", "organisation"], name="cooperative_once"),
        ]


class CooperativeMember(models.Model):
    """A member of a cooperative, of one at most; the fixed part of it, where it divides so."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="cooperative_members")
    cooperative = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    ppm = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation"], name="in_one_cooperative"
            ),
            models.CheckConstraint(
                condition=~Q(cooperative=F("organisation")), name="no_cooperative_of_itself"
            ),
        ]


class UnitPrice(models.Model):
    """An internal price: what an act, or a minute of kraamzorg, weighs in the division."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="unit_prices")
    product = models.CharField(max_length=32)
    code = models.CharField(max_length=16, help_text="* voor elke code die niet is genoemd")
    cents = models.PositiveBigIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "product", "code"], name="one_price_per_code"
            ),
        ]


class SupplierPrice(models.Model):
    """What a supplier invoices for an act, or for an hour of kraamzorg."""

    agreement = models.ForeignKey(Agreement, models.PROTECT, related_name="supplier_prices")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    code = models.CharField(max_length=16)
    cents = models.PositiveBigIntegerField(null=True, help_text="leeg: volgens de prijslijst")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["agreement", "organisation", "code"], name="one_price_per_supplier_code"
            ),
        ]
