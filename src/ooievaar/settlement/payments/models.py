"""Accounts of partners, advances, payment runs, and what the bank says of them.

Append-only: the database itself refuses to change or remove a row; `guards.py` has what it refuses
besides. How a thing stands, its newest step says.
"""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import Payment
from ooievaar.network.models import Insurer, Network, Organisation, Person, Position

SYSTEM = "leeg: het systeem"


class Step(models.Model):
    """One step of something that takes two people: who did it, in which position, and when."""

    person = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text=SYSTEM
    )
    position = models.ForeignKey(Position, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True


class BankAccount(models.Model):
    """An account since a day, proposed by one person; without organisation it is the network's own.

    It holds when another approved it, until a later one of the same organisation holds, or it ends.
    """

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    organisation = models.ForeignKey(Organisation, models.PROTECT, null=True, related_name="+")
    iban = models.CharField(max_length=34)
    bic = models.CharField(max_length=11, blank=True)
    name = models.CharField(max_length=70, help_text="de naam waarop de rekening staat")
    valid_from = models.DateField()
    proposed_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    proposed_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)


class BankAccountStep(Step):
    """What became of a proposed account; who approves is never who proposed it."""

    append_only = True

    class State(models.TextChoices):
        APPROVED = "approved", _("Goedgekeurd")
        REFUSED = "refused", _("Afgekeurd")
        ENDED = "ended", _("Beëindigd")

    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=8, choices=State)
    ends_on = models.DateField(null=True, help_text="vanaf deze dag wordt er niets op gestort")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "state"], name="bank_account_step_once"),
            models.UniqueConstraint(
                fields=["account"],
                condition=Q(state__in=["approved", "refused"]),
                name="bank_account_decided_once",
            ),
            models.CheckConstraint(
                condition=~Q(state="ended") | Q(ends_on__isnull=False),
                name="bank_account_ends_on_a_day",
            ),
        ]


class InsurerAdvance(models.Model):
    """Money that an insurer paid ahead; what is granted later is offset against it."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    insurer = models.ForeignKey(Insurer, models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=40, unique=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="insurer_advance_has_cents"),
        ]


class InsurerOffset(models.Model):
    """The part of an insurer's advance that paid a file of claims."""

    append_only = True

    advance = models.ForeignKey(InsurerAdvance, models.PROTECT, related_name="offsets")
    payment = models.OneToOneField(Payment, models.PROTECT, related_name="+")
    cents = models.BigIntegerField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(cents__gt=0), name="insurer_offset_has_cents"),
        ]


class Loan(models.Model):
    """Money that a partner lent to the network, to pay advances with."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    lender = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    cents = models.BigIntegerField()
    received_on = models.DateField()
    reference = models.CharField(max_length=40, unique=True)
    recorded_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    recorded_at = models.DateTimeField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(cents__gt=0), name="loan_has_cents")]


class AdvanceRun(models.Model):
    """Advances of one month for the partners, or an insurer's advance divided over them."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    month = models.CharField(max_length=7, help_text="2026-10")
    insurer_advance = models.ForeignKey(
        InsurerAdvance, models.PROTECT, null=True, related_name="+", help_text="wat verdeeld wordt"
    )
    lender = models.ForeignKey(
        Organisation, models.PROTECT, null=True, related_name="+", help_text="leeg: de IGO zelf"
    )
    limit_cents = models.BigIntegerField(null=True)
    share_ppm = models.PositiveIntegerField(help_text="van de verwachte inkomsten")
    cents = models.BigIntegerField()
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    prepared_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)


class AdvanceLine(models.Model):
    """The advance of one partner, with the income it follows from; stopped: none, and why."""

    append_only = True

    run = models.ForeignKey(AdvanceRun, models.PROTECT, related_name="lines")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    expected_cents = models.BigIntegerField(help_text="verwachte inkomsten in een maand")
    cents = models.BigIntegerField()
    stopped = models.CharField(max_length=24, blank=True, help_text="waarom er geen voorschot is")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "organisation"], name="advance_line_once"),
            models.CheckConstraint(condition=Q(cents__gte=0), name="advance_line_gives"),
            models.CheckConstraint(
                condition=Q(stopped="") | Q(cents=0), name="advance_line_stopped"
            ),
        ]


class AdvanceStep(Step):
    """What became of a run of advances; who approves is never who prepared it."""

    append_only = True

    class State(models.TextChoices):
        APPROVED = "approved", _("Goedgekeurd, gaat mee in de volgende betaalrun")
        REFUSED = "refused", _("Afgekeurd")
        WITHDRAWN = "withdrawn", _("Ingetrokken")

    run = models.ForeignKey(AdvanceRun, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=9, choices=State)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run"], name="advance_run_decided_once")]


class PaymentRun(models.Model):
    """What is paid together on a day, from one account of the network, as one person saw it."""

    append_only = True

    class Rule(models.TextChoices):
        PAID = "paid", _("Wat de verzekeraar betaalde")
        GRANTED = "granted", _("Ook wat is toegekend en nog niet betaald")
        DIVIDED = "divided", _("Ook waarop de verzekeraar nog niet heeft geantwoord")

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    number = models.CharField(max_length=20, unique=True, help_text="12-2026-0004")
    day = models.DateField(help_text="zoals de boeken op het eind van deze dag staan")
    pay_on = models.DateField()
    rule = models.CharField(max_length=8, choices=Rule)
    agreed_rule = models.CharField(
        max_length=8, choices=Rule, db_default=Rule.PAID, help_text="zoals de afspraak zegt"
    )
    deviates = models.CharField(
        max_length=500, blank=True, db_default="", help_text="waarom van de afspraak af"
    )
    account = models.ForeignKey(BankAccount, models.PROTECT, related_name="+")
    lines_count = models.PositiveIntegerField()
    cents = models.BigIntegerField(help_text="samen, van de bank")
    content_hash = models.CharField(max_length=64, help_text="van elke regel, in volgorde")
    prepared_by = models.ForeignKey(Person, models.PROTECT, related_name="+")
    prepared_as = models.ForeignKey(Position, models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    note = models.CharField(max_length=500, blank=True)


class PaymentLine(models.Model):
    """What one organisation gets in a run, or why it gets nothing.

    `due_cents` and `held_cents` are what stands to its credit; `advance_cents` what it had as an
    advance before; `carried_cents` the debt that goes to the next run.
    """

    append_only = True

    class Outcome(models.TextChoices):
        PAID = "paid", _("Wordt betaald")
        SETTLED = "settled", _("Geheel verrekend met voorschotten")
        CARRIED = "carried", _("Negatief: gaat mee naar de volgende run")
        NO_ACCOUNT = "no_account", _("Geen geldige rekening")
        RETURNED_BEFORE = "returned_before", _("De vorige betaling kwam van deze rekening terug")
        NOTHING = "nothing", _("Niets te betalen")

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="lines")
    number = models.PositiveIntegerField()
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="+")
    account = models.ForeignKey(BankAccount, models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=15, choices=Outcome)
    statement_number = models.CharField(max_length=35, unique=True, help_text="het afschriftnummer")
    due_cents = models.BigIntegerField()
    held_cents = models.BigIntegerField()
    held_why = models.JSONField(default=list, help_text="waarom, met de centen")
    advance_cents = models.BigIntegerField()
    carried_cents = models.BigIntegerField()
    cents = models.BigIntegerField(help_text="wat de bank overmaakt")
    flags = models.JSONField(default=list, help_text="wat een mens moet zien")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "number"], name="payment_line_number_once"),
            models.UniqueConstraint(fields=["run", "organisation"], name="paid_once_in_a_run"),
            models.CheckConstraint(
                condition=Q(cents=0) | Q(cents__gt=0, account__isnull=False),
                name="payment_line_to_an_account",
            ),
            models.CheckConstraint(
                condition=Q(carried_cents__gte=0), name="payment_line_carries_debt"
            ),
        ]


class PaymentPart(models.Model):
    """What a line moves on one account of the books: positive is settled, negative offset.

    The parts of a line add up to what the bank pays.
    """

    append_only = True

    line = models.ForeignKey(PaymentLine, models.PROTECT, related_name="parts")
    kind = models.CharField(max_length=20, help_text="soort rekening in de boeken")
    cents = models.BigIntegerField()
    advance = models.ForeignKey(AdvanceLine, models.PROTECT, null=True, related_name="parts")

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(cents=0), name="payment_part_has_cents"),
            models.UniqueConstraint(
                fields=["line", "advance"], name="advance_once_in_a_payment_line"
            ),
        ]


class RunStep(Step):
    """What became of a run: one row per step, never changed; the newest is how it stands."""

    append_only = True

    class State(models.TextChoices):
        PREPARED = "prepared", _("Wacht op goedkeuring")
        APPROVED = "approved", _("Goedgekeurd, nog niet verzonden")
        REFUSED = "refused", _("Afgekeurd")
        WITHDRAWN = "withdrawn", _("Ingetrokken")
        SENDING = "sending", _("Wordt klaargezet voor de bank")
        SENT = "sent", _("Klaargezet voor de bank")
        CONFIRMED = "confirmed", _("Door de bank uitgevoerd")
        FAILURE_REPORTED = "failure_reported", _("Gemeld: de bank weigerde het bestand")
        FAILED = "failed", _("Door de bank geweigerd, teruggeboekt")

    run = models.ForeignKey(PaymentRun, models.PROTECT, related_name="steps")
    state = models.CharField(max_length=16, choices=State)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["run", "state"], name="payment_run_step_once"),
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(state__in=["refused", "withdrawn", "sending"]),
                name="payment_run_stopped_or_sent",
            ),
            models.UniqueConstraint(
                fields=["run"],
                condition=Q(state__in=["confirmed", "failed"]),
                name="payment_run_ends_once",
            ),
        ]


class PaymentFile(models.Model):
    """The file of a run exactly as it goes to the bank, stored before it goes."""

    append_only = True

    run = models.OneToOneField(PaymentRun, models.PROTECT, related_name="file")
    name = models.CharField(max_length=80, unique=True)
    content = models.TextField(help_text="pain.001.001.09, UTF-8")
    sha256 = models.CharField(max_length=64)
    stored_at = models.DateTimeField()


class BankStatement(models.Model):
    """A statement of the bank (camt.053) exactly as it was received."""

    append_only = True

    network = models.ForeignKey(Network, models.PROTECT, related_name="+")
    iban = models.CharField(max_length=34)
    reference = models.CharField(max_length=35)
    opening_cents = models.BigIntegerField()
    opening_on = models.DateField()
    closing_cents = models.BigIntegerField()
    closing_on = models.DateField()
    name = models.CharField(max_length=255)
    content = models.BinaryField()
    sha256 = models.CharField(max_length=64)
    read_at = models.DateTimeField()
    read_by = models.ForeignKey(
        Person, models.PROTECT, null=True, related_name="+", help_text=SYSTEM
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["iban", "reference"], name="bank_statement_once"),
        ]


class BankEntry(models.Model):
    """One movement on a statement, and what it is of ours."""

    append_only = True

    class Match(models.TextChoices):
        PAYMENT = "payment", _("Betaling uit een run")
        BATCH = "batch", _("Een hele run")
        RETURN = "return", _("Teruggekomen betaling")
        MISMATCH = "mismatch", _("Betaling met een ander bedrag dan verzonden")
        OTHER = "other", _("Niet van een betaalrun")

    statement = models.ForeignKey(BankStatement, models.PROTECT, related_name="entries")
    number = models.PositiveIntegerField()
    booked_on = models.DateField()
    cents = models.BigIntegerField(help_text="bij is positief, af negatief")
    bank_reference = models.CharField(max_length=35, blank=True)
    end_to_end = models.CharField(max_length=35, blank=True)
    match = models.CharField(max_length=8, choices=Match)
    line = models.ForeignKey(PaymentLine, models.PROTECT, null=True, related_name="+")
    run = models.ForeignKey(PaymentRun, models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["statement", "number"], name="bank_entry_once"),
        ]


class LineStatus(models.Model):
    """What the bank did with a line that was sent."""

    append_only = True

    class State(models.TextChoices):
        CONFIRMED = "confirmed", _("Uitgevoerd")
        RETURNED = "returned", _("Teruggekomen")
        FAILED = "failed", _("Niet uitgevoerd")

    line = models.ForeignKey(PaymentLine, models.PROTECT, related_name="statuses")
    state = models.CharField(max_length=9, choices=State)
    on = models.DateField()
    code = models.CharField(max_length=4, blank=True, help_text="waarom, zoals de bank het noemt")
    entry = models.ForeignKey(BankEntry, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["line", "state"], name="line_status_once"),
            models.UniqueConstraint(
                fields=["line"],
                condition=Q(state__in=["returned", "failed"]),
                name="line_comes_back_once",
            ),
        ]
