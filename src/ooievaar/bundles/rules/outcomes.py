"""The places where an activity can end: one list, in the order of precedence.

Apart from the rule that fills it, so that a process without Ibis can read it.
"""

SCOPE_IS_THE_REASON = "scope"
"""Stands for the catalogue's own word for why a code is outside the bundle."""
OUTCOMES = (
    # (disposition, reason, rule), in the order of precedence of `outcomes`
    ("not_billable", "duplicate", "duplicate"),
    ("not_billable", "unknown_code", "scope"),
    ("outside_bundle", SCOPE_IS_THE_REASON, "scope"),
    ("not_billable", "no_pregnancy", "pregnancy"),
    ("monodisciplinary", "before_intake", "phase"),
    ("monodisciplinary", "parallel_allowed", "breaker"),
    ("breaks_bundle", "outside_provider", "breaker"),
    ("monodisciplinary", "no_consequence", "breaker"),
    ("monodisciplinary", "non_member", "member"),
    ("monodisciplinary", "after_phase", "phase"),
    ("monodisciplinary", "exempt", "route"),
    ("monodisciplinary", "outside_practice", "route"),
    ("monodisciplinary", "not_insured", "price"),
    ("monodisciplinary", "no_contract", "price"),
    ("breaks_bundle", "member_billed", "breaker"),
    ("monodisciplinary", "already_billed", "breaker"),
    ("monodisciplinary", "broken", "breaker"),
    ("monodisciplinary", "product_not_covered", "price"),
    ("in_product", "open", "kraamzorg"),
    ("in_product", "supplier", "kraamzorg"),
    ("in_product", "member", "kraamzorg"),
    ("in_product", "open", "product"),
    ("in_product", "supplier", "product"),
    ("in_product", "member", "product"),
)
"""The one list of places where an activity can end; the first that holds is it."""
FIRST_IN_PRODUCT = 18
