"""What the pages call the codes of payments, how they colour them, and how an IBAN is shown."""

from typing import Any

from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.settlement.ledger.words import HELD
from ooievaar.settlement.payments.models import (
    AdvanceStep,
    BankEntry,
    LineStatus,
    PaymentLine,
    PaymentRun,
    RunStep,
)
from ooievaar.settlement.payments.rules.netting import held_still
from ooievaar.settlement.payments.words import FLAGS
from ooievaar.ui.templatetags.ooievaar import euro

State = RunStep.State
Outcome = PaymentLine.Outcome
Words = dict[str, str | Promise]

RUN_TAGS: dict[str, str] = {
    State.PREPARED: "tag-warm",
    State.APPROVED: "tag-warm",
    State.SENDING: "tag-warm",
    State.SENT: "tag",
    State.CONFIRMED: "tag-good",
    State.FAILURE_REPORTED: "tag-alarm",
    State.FAILED: "tag-alarm",
    State.REFUSED: "tag-plain",
    State.WITHDRAWN: "tag-plain",
}
DONE: Words = {
    State.PREPARED: _("Voorbereid"),
    State.APPROVED: _("Goedgekeurd"),
    State.REFUSED: _("Afgekeurd"),
    State.WITHDRAWN: _("Ingetrokken"),
    State.SENDING: _("Geboekt, bestand gemaakt"),
    State.SENT: _("Klaargezet voor de bank"),
    State.CONFIRMED: _("Door de bank uitgevoerd"),
    State.FAILURE_REPORTED: _("Gemeld: de bank weigerde het bestand"),
    State.FAILED: _("Teruggeboekt"),
}
"""What was done with a run, in the order in which it happens."""
OUTCOME_TAGS: dict[str, str] = {
    Outcome.PAID: "tag-good",
    Outcome.SETTLED: "tag",
    Outcome.CARRIED: "tag-warm",
    Outcome.NO_ACCOUNT: "tag-alarm",
    Outcome.RETURNED_BEFORE: "tag-alarm",
    Outcome.NOTHING: "tag-plain",
}
BANK_TAGS: dict[str, str] = {
    LineStatus.State.CONFIRMED: "tag-good",
    LineStatus.State.RETURNED: "tag-alarm",
    LineStatus.State.FAILED: "tag-alarm",
}
MATCH_TAGS: dict[str, str] = {
    BankEntry.Match.PAYMENT: "tag-good",
    BankEntry.Match.BATCH: "tag-good",
    BankEntry.Match.RETURN: "tag-alarm",
    BankEntry.Match.MISMATCH: "tag-alarm",
    BankEntry.Match.OTHER: "tag-plain",
}
ADVANCE_TAGS: dict[str, str] = {
    "": "tag-warm",
    AdvanceStep.State.APPROVED: "tag-good",
    AdvanceStep.State.REFUSED: "tag-plain",
    AdvanceStep.State.WITHDRAWN: "tag-plain",
}
RULES: Words = {
    PaymentRun.Rule.PAID: _("wat de verzekeraar betaalde"),
    PaymentRun.Rule.GRANTED: _("ook wat is toegekend en nog niet betaald"),
    PaymentRun.Rule.DIVIDED: _("ook waarop de verzekeraar nog niet heeft geantwoord"),
}
"""What a run pays, in the middle of a sentence."""

SEES_IBANS = frozenset({Role.CONTROLLER, Role.APPROVER})
"""Who types and checks the account numbers of others; who else sees them, sees the end only."""


def run_tag(state: str) -> SafeString:
    """Return how a run stands, as a tag."""
    return tag(RUN_TAGS, state, State(state).label)


def outcome_tag(outcome: str) -> SafeString:
    """Return what a line comes to, as a tag."""
    return tag(OUTCOME_TAGS, outcome, Outcome(outcome).label)


def bank_tag(state: str) -> SafeString | str:
    """Return what the bank did with a line, as a tag; a dash when it said nothing."""
    return tag(BANK_TAGS, state, LineStatus.State(state).label) if state else "–"


def match_tag(match: str) -> SafeString:
    """Return what a movement on a statement is of ours, as a tag."""
    return tag(MATCH_TAGS, match, BankEntry.Match(match).label)


def advance_tag(state: str) -> SafeString:
    """Return how a run of advances stands, as a tag."""
    label = AdvanceStep.State(state).label if state else _("Wacht op goedkeuring")
    return tag(ADVANCE_TAGS, state, label)


def tag(tags: dict[str, str], key: str, label: Any) -> SafeString:
    """Return words as a tag in its colour."""
    return format_html('<span class="tag {}">{}</span>', tags.get(key, "tag-plain"), label)


def flag_tags(flags: list[str]) -> SafeString | str:
    """Return what who approves must see of a line."""
    parts = [tag({flag: "tag-warm"}, flag, FLAGS[flag]) for flag in flags]
    return SafeString(" ".join(parts))


def held_text(why: list[list[Any]], rule: str) -> str:
    """Say what a rule holds, by why: `€ 12,00 wacht op antwoord van de verzekeraar`."""
    return "; ".join(
        f"{euro(cents)} {HELD.get(reason, reason)}" for reason, cents in held_still(why, rule)
    )


def explained(name: str, line: Any, rule: str) -> SafeString:
    """Return a name with what must be looked at under it, what it still owes, and what is held."""
    told = []
    if line.carried_cents:
        told.append(gettext("schuld %(cents)s gaat mee") % {"cents": euro(line.carried_cents)})
    if why := held_text(line.held_why, rule):
        told.append(gettext("vastgehouden: %(why)s") % {"why": why})
    shown = format_html("{}", name)
    if line.flags:
        shown += format_html("<br>{}", flag_tags(line.flags))
    if told:
        shown += format_html('<br><span class="quiet small fw-normal">{}</span>', "; ".join(told))
    return shown


def unbroken(text: str) -> SafeString:
    """Return an IBAN or amount that is not broken over two lines."""
    return format_html('<span class="text-nowrap">{}</span>', text)


def shown_iban(iban: str, workplace: Workplace, is_own: bool = False) -> str:
    """Return an IBAN in groups of four for who needs it, and for others its end only."""
    if is_own or workplace.role in SEES_IBANS:
        return " ".join(iban[start : start + 4] for start in range(0, len(iban), 4))
    return f"{iban[:2]}•• •••• {iban[-4:]}"
