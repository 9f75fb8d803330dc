"""What the engine last concluded; replaced whole by the next derivation of the network."""

from django.db import models

from ooievaar.contracts.models import Contract
from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.record.models import CareActivity, Pregnancy


class Derivation(models.Model):
    """One run of the rules over the facts of a network, before `until` and known `known_until`."""

    network = models.ForeignKey(Network, models.PROTECT)
    until = models.DateField()
    known_until = models.DateField()
    edition = models.CharField(max_length=16, help_text="inhoudshash van het regelboek")
    facts_hash = models.CharField(max_length=64)
    created_at = models.DateTimeField()


class Route(models.Model):
    """How this pregnancy is funded, and why: what professionals ask at every intake."""

    derivation = models.ForeignKey(Derivation, models.CASCADE)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    route = models.CharField(max_length=12)
    reason = models.CharField(max_length=32)
    contract = models.ForeignKey(Contract, models.PROTECT, null=True)
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True)
    again_until = models.DateField(
        null=True, help_text="zij alleen is later opnieuw afgeleid, tot deze dag"
    )


class PhasePeriod(models.Model):
    """A phase of a pregnancy: `[starts_on, until)`, with the contract its start fixes."""

    derivation = models.ForeignKey(Derivation, models.CASCADE)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    phase = models.PositiveSmallIntegerField(help_text="1 prenataal, 2 nataal, 3 postnataal")
    starts_on = models.DateField()
    until = models.DateField()
    is_open = models.BooleanField()
    contract = models.ForeignKey(Contract, models.PROTECT, null=True)
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True)


class Product(models.Model):
    """A bundled product that follows from the care; `key` names it over all derivations."""

    derivation = models.ForeignKey(Derivation, models.CASCADE)
    product_no = models.BigIntegerField()
    key = models.CharField(max_length=80)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    phase = models.PositiveSmallIntegerField()
    product = models.CharField(max_length=32)
    insurer = models.ForeignKey(Insurer, models.PROTECT)
    contract = models.ForeignKey(Contract, models.PROTECT)
    starts_on = models.DateField()
    claimable_on = models.DateField(help_text="einde van de fase (kraamzorg: van de maand)")
    is_open = models.BooleanField()
    minutes = models.IntegerField(default=0)
    units = models.IntegerField(default=1)
    tariff_cents = models.BigIntegerField()
    deduction_cents = models.BigIntegerField(default=0)
    cents = models.BigIntegerField()
    rule = models.CharField(max_length=24)
    reason = models.CharField(max_length=32)
    evidence = models.JSONField(default=list, help_text="activiteiten die het product bepalen")
    alternative_product = models.CharField(max_length=32, blank=True)
    alternative_cents = models.BigIntegerField(null=True)


class Breaker(models.Model):
    """Something that breaks the bundle of a phase, with what it costs (null: unknown)."""

    derivation = models.ForeignKey(Derivation, models.CASCADE)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    phase = models.PositiveSmallIntegerField()
    kind = models.CharField(max_length=32)
    happened_on = models.DateField()
    contract = models.ForeignKey(Contract, models.PROTECT)
    regime = models.CharField(max_length=12)
    rule = models.CharField(max_length=24)
    evidence = models.JSONField(default=list)
    counts_loss = models.BooleanField(
        help_text="de vroegste breker van het product draagt het verlies"
    )
    loss_cents = models.BigIntegerField(null=True)


class Disposition(models.Model):
    """The one place where an activity ended, with the rule and the reason."""

    derivation = models.ForeignKey(Derivation, models.CASCADE, db_index=False)
    activity = models.ForeignKey(CareActivity, models.PROTECT, db_constraint=False)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT, null=True, db_constraint=False)
    phase = models.PositiveSmallIntegerField(help_text="0: geen")
    disposition = models.CharField(max_length=20)
    reason = models.CharField(max_length=32)
    rule = models.CharField(max_length=24)
    product_no = models.BigIntegerField(null=True)
    twin_id = models.BigIntegerField(null=True)


class MonoValue(models.Model):
    """What the old system would have paid a practice for a phase (null: unknown)."""

    derivation = models.ForeignKey(Derivation, models.CASCADE)
    pregnancy = models.ForeignKey(Pregnancy, models.PROTECT)
    phase = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT)
    cents = models.BigIntegerField(null=True)
    unknown_acts = models.PositiveIntegerField(default=0)
    is_exact = models.BooleanField(help_text="onwaar: dichtstbijzijnde bekende tarief")
