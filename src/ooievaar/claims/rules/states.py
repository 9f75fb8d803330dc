"""How a claimed line may go from one state to the next."""

UNDER_WAY = frozenset({"prepared", "approved", "sent"})
"""Waiting for a person here, or for an answer from outside."""

STANDS = frozenset({"granted", "granted_in_part", "paid", "written_off"})
"""Where a debit with a granted amount is money that the insurer owes or paid."""

GIVEN_UP = frozenset({"written_off", "expired"})
"""Where a person said that it stays so."""

WAITS_FOR = {
    "prepared": "awaiting_approval",
    "approved": "awaiting_sending",
    "sent": "awaiting_answer",
}

NEXT: dict[str, frozenset[str]] = {
    "": frozenset({"prepared", "written_off", "expired", "withdrawn"}),
    "prepared": frozenset({"approved", "withdrawn", "refused_by_portal"}),
    "approved": frozenset({"sent", "withdrawn", "refused_by_portal"}),
    "sent": frozenset({"refused_by_portal", "refused_by_insurer", "granted", "granted_in_part"}),
    "refused_by_portal": frozenset({"prepared", "withdrawn", "written_off", "expired"}),
    "refused_by_insurer": frozenset({"written_off", "expired"}),
    "granted": frozenset({"paid", "credited"}),
    "granted_in_part": frozenset({"paid", "credited", "written_off"}),
    "paid": frozenset({"credited", "written_off"}),
    "credited": frozenset(),
    "written_off": frozenset({"credited"}),
    "expired": frozenset(),
    "withdrawn": frozenset(),
}
"""What may follow each state; the empty one is a line that was just made.

A line that was refused by the portal, prepared again and then withdrawn is refused by the portal
once more. One that was granted in part and paid can still be written off for the rest.
"""


def may_follow(state: str, following: str) -> bool:
    """Tell whether a line in `state` (empty: new) may go to the following one."""
    return following in NEXT[state]
