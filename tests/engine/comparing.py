"""The plain-Python engine beside the ones that the product runs, column by column."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from ooievaar.bundles.engine import arrow_table, run_rules
from ooievaar.bundles.rules.breaker import KINDS
from ooievaar.bundles.rules.facts import INPUTS, OUTPUTS, PERFORMED, columns
from ooievaar.bundles.rules.outcomes import OUTCOMES, SCOPE_IS_THE_REASON
from ooievaar.contracts.rules.division import divide_tables
from ooievaar.contracts.rules.guarantee import PartnerYear
from ooievaar.contracts.rules.safety_net import InsurerYear
from ooievaar.contracts.rules.schemas import DIVISION_INPUTS, SHARES
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.year_end.rules.settling import (
    GUARANTEE,
    RELEASED,
    RESERVE,
    SAFETY_NET,
    NetYear,
    YearFacts,
    moved,
    settle_year,
)
from tests.engine.world import Facts, Row
from tests.oracle import division, engine

COMPARED = {**OUTPUTS, "performed": PERFORMED}
"""Every table that others read of the engine, and what the division reads of it."""
KEYS = {
    "routes": ("pregnancy_id",),
    "phases": ("pregnancy_id", "phase"),
    "dispositions": ("activity_id",),
    "products": ("product_no",),
    "breakers": ("pregnancy_id", "phase", "kind"),
    "mono_values": ("pregnancy_id", "phase", "organisation_id"),
    "performed": ("product_no", "organisation_id"),
}


@dataclass(frozen=True, slots=True)
class Difference:
    """One column of one row on which the engines differ; `ours` is the plain-Python engine."""

    table: str
    key: tuple[Any, ...]
    column: str
    ours: Any
    theirs: Any

    def __str__(self) -> str:
        return f"{self.table} {self.key} {self.column}: oracle {self.ours!r}, rules {self.theirs!r}"


def derive_by_oracle(facts: Facts) -> Facts:
    """Derive in plain Python, with what each organisation did for a product counted from places."""
    tables = engine.derive(facts)
    rule_of = {row["product_no"]: row["rule"] for row in tables["products"]}
    acts = {act["activity_id"]: act for act in facts["activities"]}
    done: Counter[tuple[int, int]] = Counter()
    for row in tables["dispositions"]:
        if row["product_no"] is not None:
            act, by_hour = acts[row["activity_id"]], rule_of[row["product_no"]] == "kraamzorg"
            units = act["duration_minutes"] if by_hour else act["quantity"]
            done[row["product_no"], act["organisation_id"]] += units
    performed = [dict(zip(PERFORMED, (*key, units), strict=True)) for key, units in done.items()]
    return tables | {"performed": sorted(performed, key=lambda row: list(row.values()))}


def derive_by_tables(facts: Facts) -> Facts:
    """Derive with the set-based rules, every table in order of its key."""
    connection = run_rules({name: arrow_table(name, facts.get(name, [])) for name in INPUTS})
    results = {}
    for name, schema in COMPARED.items():
        chosen = ", ".join(f'"{column}"' for column in columns(schema))
        query = f"SELECT {chosen} FROM {name} ORDER BY {', '.join(KEYS[name])}"
        results[name] = connection.sql(query).to_arrow_table().to_pylist()
    connection.close()
    return results


def differences(ours: Facts, theirs: Facts) -> Iterator[Difference]:
    """Yield every column that differs, and rows that only one of two results has."""
    for name, schema in COMPARED.items():
        if ours[name] == theirs[name]:
            continue
        mine, others = _by_key(ours[name], name), _by_key(theirs[name], name)
        for key in sorted(mine.keys() | others.keys()):
            one, other = mine.get(key, []), others.get(key, [])
            if len(one) != 1 or len(other) != 1:
                if one != other or len(one) > 1:
                    yield Difference(name, key, "rows", len(one), len(other))
                continue
            for column in columns(schema):
                if one[0][column] != other[0][column]:
                    yield Difference(name, key, column, one[0][column], other[0][column])


def _by_key(rows: list[Row], name: str) -> dict[tuple[Any, ...], list[Row]]:
    """Rows by key, as lists: an engine that gives a row twice must not be excused."""
    keyed: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        keyed.setdefault(tuple(row[column] for column in KEYS[name]), []).append(row)
    return keyed


def met(results: Facts) -> Counter[object]:
    """Count the outcomes of a derivation, by name."""
    found: Counter[object] = Counter()
    for row in results["dispositions"]:
        found[row["disposition"], row["reason"], row["rule"]] += 1
    found.update((row["kind"], row["regime"]) for row in results["breakers"])
    found.update("loss unknown" for row in results["breakers"] if row["loss_cents"] is None)
    found.update("a gain" for row in results["breakers"] if (row["loss_cents"] or 0) < 0)
    for row in results["products"]:
        found.update((row["product"], row["reason"]))
        found["no alternative"] += not row["alternative_product"]
        found["alternative without a tariff"] += row["alternative_cents"] is None
        found["deduction"] += row["deduction_cents"] > 0
        found["product of nothing"] += row["cents"] == 0
    found.update(row["reason"] for row in results["routes"])
    found.update(("mono exact", row["is_exact"]) for row in results["mono_values"])
    found.update(("mono known", row["cents"] is not None) for row in results["mono_values"])
    found.update((row["phase"], row["is_open"]) for row in results["phases"])
    return found


SCOPES = (
    "preconception",
    "contraception",
    "advanced_ultrasound",
    "nipt_high_risk",
    "high_care_obstetrics",
)
EVERY_OUTCOME: list[object] = [
    *(outcome for outcome in OUTCOMES if outcome[1] != SCOPE_IS_THE_REASON),
    *(("outside_bundle", scope, "scope") for scope in SCOPES),
    *((kind, regime) for kind in KINDS for regime in ("parallel_ban", "correction", "none")),
    *("early_end prenatal prenatal_complex natal natal_on_request natal_complex".split()),
    *("postnatal postnatal_complex kraamzorg_hour".split()),
    *("before_16_weeks gynaecologist_acted on_request regular hours".split()),
    *("contract followed_contract outside_practice no_contract exempt not_insured".split()),
    *("loss unknown", "a gain", "no alternative", "alternative without a tariff"),
    *("deduction", "product of nothing"),
    *(("mono exact", True), ("mono exact", False), ("mono known", True), ("mono known", False)),
    *((1, True), (1, False), (2, False), (3, True), (3, False)),
]
"""What generated pregnancies must meet: agreement on what never happens proves nothing."""
EVERY_SHARE = {
    *("invoice", "supplier_shortfall", "overhead", "monthly_overhead", "earmarked"),
    *("agreed_reserve", "no_agreement", "not_a_member", "no_member_share", "nobody_performed"),
    *("no_mono_value", "fixed_share", "performed", "by_clients", "mono_pro_rata"),
    "mono_partly_unknown",
}
"""The reasons of shares that generated agreements must meet."""


def divide_by_tables(tables: Facts) -> list[Row]:
    """Divide with the set-based rules, every column of every share, in one order."""
    named = {"divisible_products" if name == "products" else name: tables[name] for name in tables}
    return in_order(divide_tables(named))


def divide_by_oracle(tables: Facts) -> list[Row]:
    """Divide product by product, in the same order; a column that a row lacks is empty."""
    empty = {name: dict.fromkeys(schema) for name, schema in DIVISION_INPUTS.items()}
    empty["products"] = empty.pop("divisible_products")
    whole = {name: [empty[name] | row for row in tables.get(name, [])] for name in empty}
    return in_order(division.divide(whole))


def in_order(shares: list[Row]) -> list[Row]:
    """Give shares in one order, whatever engine gave them."""
    kept = [{column: share[column] for column in SHARES} for share in shares]
    return sorted(kept, key=lambda share: [str(value) for value in share.values()])


def year_by_rules(year: dict[str, Any]) -> dict[str, Any]:
    """Settle a year with the rules that the product runs, told as the oracle tells it."""
    outcome = settle_year(
        YearFacts(
            partners=tuple(PartnerYear(who, *told) for who, told in year["partners"].items()),
            nets=tuple(
                NetYear(
                    net["insurer"],
                    InsurerYear("", net["income"], net["mono"], net["unknown"]),
                    net["corridor_ppm"],
                    net["share_ppm"],
                )
                for net in year["nets"]
            ),
            reserve_cents=year["reserve"],
            ceiling_cents=year["ceiling"],
            **{name: year[name] for name in ("ppm", "cap_ppm", "financed_by", "release")},
        )
    )
    guarantee, paid = outcome.guarantee, Counter({"safety_net": 0, "reserve": 0, "gainers": 0})
    for row in guarantee.financing:
        paid[row.source] += row.cents
    return {
        "corridors": {
            insurer: (
                *(c.lower_cents, c.upper_cents, c.outside_cents),
                *(c.settled_cents, c.is_provisional),
            )
            for insurer, c in outcome.corridors.items()
        },
        "unpaid": dict(outcome.unpaid),
        "pot": outcome.pot_cents,
        "due": {floor.organisation_id: floor.due_cents for floor in guarantee.floors},
        "gains": {floor.organisation_id: floor.gain_cents for floor in guarantee.floors},
        "paid": dict(paid),
        "payments": dict(guarantee.payments),
        "charged": {r.organisation_id: r.cents for r in guarantee.financing if r.organisation_id},
        "claims": {f.organisation_id: 0 for f in guarantee.floors} | dict(guarantee.claims),
        "released": dict(outcome.reserve.released),
        "kept": outcome.reserve.kept_cents,
        "to_decide": outcome.reserve.to_decide_cents,
        "entries": outcome.entries,
    }


def year_by_oracle(year: dict[str, Any]) -> dict[str, Any]:
    """Settle a year in plain Python, with the entries that follow from it."""
    told = division.settle_year(year)
    unpaid, paid = told["unpaid"], told["paid"]
    nets = {who: found[3] + unpaid.get(who, 0) for who, found in told["corridors"].items()}
    entries = {
        SAFETY_NET: {AccountKey("safety_net", who): cents for who, cents in nets.items()}
        | {RESERVE: -sum(nets.values())},
        GUARANTEE: {
            AccountKey("partner_guarantee", who): -cents for who, cents in told["payments"].items()
        }
        | {AccountKey("partner_payable", who): cents for who, cents in told["charged"].items()}
        | {RESERVE: paid["safety_net"] + paid["reserve"]},
        RELEASED: {
            AccountKey("partner_payable", who): -cents for who, cents in told["released"].items()
        }
        | {RESERVE: sum(told["released"].values())},
    }
    return told | {"entries": moved(entries)}
