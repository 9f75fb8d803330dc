"""The books: accounts, transactions that balance, and the periods that were closed.

Append-only: the database itself refuses to change or remove a row, and refuses a transaction that
does not balance (`guards.py`). The postings of a transaction are written first, the transaction
itself last.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Insurer, Network, Organisation, Person


class Account(models.Model):
    """One account of a network: of a kind, and of an insurer or an organisation where it has one.

    `key` names it for good (`partner_payable:12`): it stands in the hash of every transaction.
    """

    append_only = True

    class Kind(models.TextChoices):
        INSURER_RECEIVABLE = "insurer_receivable", _("Vordering op verzekeraar")
        INSURER_ADVANCE = "insurer_advance", _("Voorschot van verzekeraar")
        UNDIVIDED = "undivided", _("Tussen declaratie en verdeling")
        DISPUTED = "disputed", _("Verdeeld en niet toegekend")
        PARTNER_PAYABLE = "partner_payable", _("Te betalen aan partner")
        PARTNER_ADVANCE = "partner_advance", _("Voorschot aan partner")
        PARTNER_GUARANTEE = "partner_guarantee", _("Garantie van partner")
        SUPPLIER_PAYABLE = "supplier_payable", _("Te betalen aan leverancier")
        LENDER = "lender", _("Geleend")
        OVERHEAD = "overhead", _("Organisatiekosten")
        RESERVE = "reserve", _("Reserve")
        SURCHARGE = "surcharge", _("Toeslaggeld")
        SAFETY_NET = "safety_net", _("Vangnet met verzekeraar")
        OPENING = "opening", _("Vermogen bij het begin")
        OWN_CONTRIBUTIONS = "own_contributions", _("Eigen bijdragen")
        BANK = "bank", _("Bank")

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    key = models.CharField(max_length=40)
    kind = models.CharField(max_length=20, choices=Kind)
    insurer = models.ForeignKey(Insurer, models.PROTECT, null=True, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "key"], name="account_once"),
            models.CheckConstraint(
                condition=Q(insurer__isnull=True) | Q(organisation__isnull=True),
                name="account_of_one_party",
            ),
        ]


class Transaction(models.Model):
    """Postings that balance, with the one thing that caused them.

    `number` counts from 1 without a gap in each network; `hash` covers the row, its postings in
    order, and the hash before it. `period` is the open month it stands in; `names_period` the
    earlier month that it is about. The database checks each of these when the row comes.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    number = models.PositiveBigIntegerField()
    day = models.DateField(help_text="een dag in de periode")
    period = models.CharField(max_length=7, help_text="2026-10")
    names_period = models.CharField(
        max_length=7, blank=True, help_text="de maand waar het over gaat"
    )
    cause_kind = models.CharField(max_length=20)
    cause_id = models.BigIntegerField()
    reason = models.CharField(max_length=32, help_text="in een woord; zie `words.py`")
    text = models.CharField(max_length=200, blank=True)
    lines = models.PositiveIntegerField()
    created_at = models.DateTimeField()
    by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )
    previous_hash = models.CharField(max_length=64)
    hash = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "number"], name="transaction_number_once"),
        ]
        indexes = [
            models.Index(fields=["cause_kind", "cause_id"], name="transaction_of_cause"),
        ]


class Posting(models.Model):
    """Cents on an account: debit is positive, credit negative."""

    append_only = True

    transaction = models.ForeignKey(Transaction, models.PROTECT, related_name="postings")
    account = models.ForeignKey(Account, models.PROTECT, related_name="postings")
    cents = models.BigIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(condition=~Q(cents=0), name="posting_has_cents")]


class PeriodClosing(models.Model):
    """A month, and all before it, in which nothing is posted any more; with where the chain was."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    period = models.CharField(max_length=7, help_text="2026-10")
    last_number = models.PositiveBigIntegerField(help_text="de laatste boeking bij het sluiten")
    last_hash = models.CharField(max_length=64)
    closed_at = models.DateTimeField()
    by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text="leeg: het systeem"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["network", "period"], name="period_closed_once"),
        ]
