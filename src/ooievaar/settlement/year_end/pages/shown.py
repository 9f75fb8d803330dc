"""What was prepared, as both pairs of eyes see it: each figure with what it is."""

from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from ooievaar.settlement.ledger.models import Account
from ooievaar.settlement.year_end.models import LossLine, Proposal
from ooievaar.settlement.year_end.words import REASONS, SOURCES
from ooievaar.ui.templatetags.ooievaar import day, euro, month_name, number

Answer = tuple[str, str]
LEAVES = {"partner": "", "reserve": "reserve", "overhead": "overhead", "surcharge": "surcharge"}


def answers_of(kind: str, figures: dict[str, Any]) -> list[Answer]:
    """Return the figures that are agreed on, in words."""
    match kind:
        case Proposal.Kind.YEAR_END:
            return _year(figures)
        case Proposal.Kind.LOSS:
            return _loss(figures)
        case Proposal.Kind.PERIOD:
            return [(_("Maand"), month_name(figures["period"]))]
    shown = [(_("Verzekeraar"), figures["insurer_name"])] if "insurer_name" in figures else []
    shown += [
        (_("Bedrag"), euro(figures["cents"])),
        (_("Dag"), day(date.fromisoformat(figures["day"]))),
    ]
    if figures.get("reference"):
        shown.append((_("Kenmerk"), figures["reference"]))
    return shown


def _year(figures: dict[str, Any]) -> list[Answer]:
    partners, reserve = figures["partners"], figures["reserve"]
    paid = sum(line["paid_cents"] for line in partners)
    claims = sum(line["claim_cents"] for line in partners)
    shown = [
        (_("Jaar"), str(figures["year"])),
        (
            _("Verdeelafspraak"),
            f"{figures['agreement']['title']} ({figures['agreement']['number']})",
        ),
        (_("Partners"), number(len(partners))),
        (_("Vangnet, samen"), euro(sum(line["settled_cents"] for line in figures["insurers"]))),
        (_("Garantie, samen"), euro(paid)),
    ]
    shown += [
        (_("waarvan betaald door %(who)s") % {"who": SOURCES[source]}, euro(cents))
        for source, cents in figures["financing"].items()
    ]
    shown += [
        (_("Garantie zonder dekking"), euro(claims)),
        (_("Vrijval uit de reserve"), euro(reserve["released_cents"])),
        (_("Reserve daarna"), euro(reserve["kept_cents"])),
        (_("Onbekende waarden"), number(figures["unknown"])),
    ]
    if figures.get("booked_before"):
        shown.append((_("Al geboekt van dit jaar"), _("ja; alleen het verschil wordt geboekt")))
    return shown


def _loss(figures: dict[str, Any]) -> list[Answer]:
    shown = [
        (_("Verzekeraar"), figures["insurer_name"]),
        (_("Regels"), number(len(figures["lines"]))),
        (_("Bedrag"), euro(figures["cents"])),
        (_("Wie draagt het?"), str(LossLine.Bearer(figures["bearer"]).label)),
    ]
    return shown + [
        (name or str(Account.Kind(kind).label), euro(cents))
        for kind, _who, name, cents in figures["bears"]
    ]


def moves_of(figures: dict[str, Any], names: dict[str, str]) -> list[tuple[str, str, int]]:
    """Return what is booked, per account: why, on whose account, and the cents to its credit."""
    return [
        (str(REASONS[reason]), names.get(account, account), -cents)
        for reason, account, cents in figures.get("moves", ())
    ]


def account_names(figures: dict[str, Any]) -> dict[str, str]:
    """Return what the accounts of a year are called, from the figures themselves."""
    names = {"reserve": str(Account.Kind.RESERVE.label)}
    for line in figures["partners"]:
        for kind in (Account.Kind.PARTNER_PAYABLE, Account.Kind.PARTNER_GUARANTEE):
            names[f"{kind}:{line['id']}"] = f"{kind.label}: {line['name']}"
    for line in figures["insurers"]:
        names[f"safety_net:{line['id']}"] = f"{Account.Kind.SAFETY_NET.label}: {line['name']}"
    return names
