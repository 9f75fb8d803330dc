"""The rules as somebody who knows pandas would write them: whole columns, no row by row.

The same outcome as Ooievaar's on a national year, compared in every run (`comparing`): routes,
phases, places of activities, products, breakers, what the old way would have paid, and shares.
Not in it, for the national year has none of it: products of before an early end was known
(`made_products`), and in a division invoices of suppliers, internal prices, cooperatives, amounts
put aside or taken per month, and dividing by clients or by the old value. `refuse_others` says so
when a year has. Nor is what explains the levels of a share: that Ooievaar makes beside it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

import pandas as pd

from bench.with_pandas.acts import placed_acts
from bench.with_pandas.breaking import breaker_rows, breaking_acts, losses, told_breakers
from bench.with_pandas.dividing import divide
from bench.with_pandas.ending import dispositions
from bench.with_pandas.facts import Frames, read
from bench.with_pandas.hours import hourly_products, lost_hours, priced_hours
from bench.with_pandas.phases import long_phases, routes, told_phases, wide_cases
from bench.with_pandas.products import candidates, phase_care, phase_products, practice_care
from bench.with_pandas.values import old_values, told_values

if TYPE_CHECKING:
    import duckdb

MUST_BE_EMPTY = (
    "made_products",
    "supplier_prices",
    "unit_prices",
    "cooperatives",
    "cooperative_members",
    "member_rules",
    "product_rules",
)


def derive(connection: duckdb.DuckDBPyConnection) -> Frames:
    """Read the tables of a connection and give every result, under the names of the rules."""
    facts = read(connection)
    refuse_others(facts)
    cases = wide_cases(facts)
    phases = long_phases(cases, facts)
    acts = placed_acts(cases, facts)
    counted = acts[acts["counts"]]
    practices = practice_care(counted, facts)
    care = phase_care(practices)
    possible = candidates(counted, phases, care, facts)
    values = old_values(practices, counted, cases, phases, facts)
    suspects = breaking_acts(counted, phases, care, facts)
    rows = breaker_rows(suspects, phases, care, facts)
    hours = priced_hours(counted, cases, rows, facts)
    lost = losses(rows, suspects, values, possible, lost_hours(hours), facts)
    by_hour = hourly_products(hours, facts)
    products = pd.concat([phase_products(possible, lost), by_hour], ignore_index=True)
    return {
        "routes": routes(cases, phases, facts),
        "phases": told_phases(phases),
        "dispositions": dispositions(
            acts, phases, care, rows, products, hours, by_hour, suspects, facts
        ),
        "products": products.drop(columns=["price_cents", "claim_until"]),
        "breakers": told_breakers(rows, lost),
        "mono_values": told_values(values),
        "shares": divide(products, practices, hours, by_hour, facts),
    }


def refuse_others(facts: Frames) -> None:
    """Refuse a year with something in it that these rules do not know."""
    known = [name for name in MUST_BE_EMPTY if len(facts[name])]
    agreed, methods = facts["agreements"], facts["discipline_shares"]["method"]
    aside = agreed[["overhead_cents", "reserve_ppm", "earmarked_ppm"]].fillna(0).to_numpy().any()
    if known or aside or not methods.isin(["fixed_share", "performed"]).all():
        raise NotImplementedError(f"a year with {known or 'another agreement'}")
