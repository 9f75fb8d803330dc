"""What changed of a product of an earlier month, in one word: the first of these that holds."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

WEIGHED = ("performed", "by_clients", "mono_pro_rata", "mono_partly_unknown")
"""Reasons of shares that follow from what each did, so also from what others did."""


@dataclass(frozen=True, slots=True)
class Seen:
    """A closed product as one closing stored it."""

    product: str
    insurer_id: int
    total_cents: int
    explanation: Mapping[str, Any]


def cause_of(
    before: Seen | None,
    now: Seen,
    *,
    moved: bool,
    had: Mapping[str, Any] | None,
    has: Mapping[str, Any],
    reason: str,
) -> str:
    """Name why a share of an earlier product changed.

    `moved`: the same closing has it for another insurer. `had` and `has` are the parameters of the
    organisation's share before and now; None where it had none.
    """
    if before is None:
        return "insurer" if moved else "late"
    if moved:
        return "insurer"
    if now.total_cents == 0 and before.total_cents:
        return "vanished"
    if before.total_cents == 0 and now.total_cents:
        return "restored"
    if now.product != before.product:
        return "class"
    if now.total_cents != before.total_cents:
        return _of_amount(before.explanation, now.explanation)
    if had is None or had.get("agreement_id") == has.get("agreement_id"):
        return "performed" if reason in WEIGHED else "parties"
    return "agreement"


def _of_amount(before: Mapping[str, Any], now: Mapping[str, Any]) -> str:
    """Name why the amount of a product changed while it stayed what it was."""
    for names, cause in (
        (("minutes", "units"), "hours"),
        (("deduction_cents",), "deduction"),
        (("tariff_cents",), "tariff"),
    ):
        if any(before.get(name) != now.get(name) for name in names):
            return cause
    return "amount"
