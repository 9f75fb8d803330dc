"""Two readings of the policy, in Ibis and in plain Python, give the same rows."""

from collections import Counter

import pytest

from ooievaar.bundles.engine import derive_tables
from ooievaar.bundles.rules.facts import OUTPUTS, columns
from tests.engine.generate import generate
from tests.engine.region import Facts, Row
from tests.oracle import derive
from tests.oracle.engine import KEYS

SEEDS = (0, 1, 2, 7, 9)  # regions with and without a bent rule book
PREGNANCIES_PER_SEED = 2_000
SHOWN_PER_TABLE = 3


def differences(facts: Facts, left: Facts, right: Facts) -> list[str]:
    """Tell, per table, the first rows on which two results differ, with their pregnancy."""
    woman_of = {row["pregnancy_id"]: row["woman_id"] for row in facts["pregnancies"]}
    told = []
    for name, schema in OUTPUTS.items():
        ours, theirs = by_key(left[name], name), by_key(right[name], name)
        keys = sorted(ours.keys() | theirs.keys())
        wrong = [key for key in keys if ours.get(key) != theirs.get(key)]
        if wrong:
            told.append(f"{name}: {len(wrong)} of {len(keys)} rows differ")
        for key in wrong[:SHOWN_PER_TABLE]:
            one, other = ours.get(key, [{}])[0], theirs.get(key, [{}])[0]
            number = one.get("pregnancy_id") or other.get("pregnancy_id")
            told.append(f"  {key}, pregnancy {number}, woman {woman_of.get(number)}")
            rows = (len(ours.get(key, [])), len(theirs.get(key, [])))
            if rows != (1, 1):
                told.append(f"    rows: oracle {rows[0]}, ibis {rows[1]}: {one or other}")
            for column in columns(schema):
                if one and other and one[column] != other[column]:
                    told.append(f"    {column}: oracle {one[column]!r}, ibis {other[column]!r}")
    return told


def by_key(rows: list[Row], name: str) -> dict[tuple[object, ...], list[Row]]:
    """Rows by key, as lists: an engine that gives a row twice must not be excused."""
    keyed: dict[tuple[object, ...], list[Row]] = {}
    for row in rows:
        keyed.setdefault(tuple(row[column] for column in KEYS[name]), []).append(row)
    return keyed


@pytest.mark.parametrize("seed", SEEDS)
def test_both_engines_give_the_same_rows(seed: int) -> None:
    facts = generate(seed, PREGNANCIES_PER_SEED)
    difference = differences(facts, derive(facts), derive_tables(facts))
    assert not difference, "\n".join(["the engines differ", *difference])


def test_the_columns_are_those_of_the_declared_tables() -> None:
    results = derive(generate(1, 200))
    for name, schema in OUTPUTS.items():
        assert list(results[name][0]) == list(columns(schema)), name


def test_generated_pregnancies_meet_every_outcome() -> None:
    """Agreement on what never happens proves nothing."""
    met: Counter[object] = Counter()
    for seed in SEEDS:
        results = derive(generate(seed, PREGNANCIES_PER_SEED))
        for row in results["dispositions"]:
            met[f"{row['disposition']}: {row['reason']}"] += 1
        met.update((row["kind"], row["regime"]) for row in results["breakers"])
        met.update("no alternative" for r in results["products"] if not r["alternative_product"])
        met.update("loss unknown" for row in results["breakers"] if row["loss_cents"] is None)
        met.update(row["product"] for row in results["products"])
        met.update(row["reason"] for row in results["products"])
        met.update("deduction" for row in results["products"] if row["deduction_cents"])
        met.update(row["reason"] for row in results["routes"])
        met.update(("mono exact", row["is_exact"]) for row in results["mono_values"])
        met.update(("mono known", row["cents"] is not None) for row in results["mono_values"])
        met.update((row["phase"], row["is_open"]) for row in results["phases"])
    missing = [outcome for outcome in EVERY_OUTCOME if not met[outcome]]
    assert not missing


EVERY_OUTCOME: list[object] = [
    "in_product: member",
    "in_product: open",
    "in_product: supplier",
    "breaks_bundle: outside_provider",
    "breaks_bundle: member_billed",
    "outside_bundle: preconception",
    "outside_bundle: contraception",
    "outside_bundle: advanced_ultrasound",
    "outside_bundle: nipt_high_risk",
    "outside_bundle: high_care_obstetrics",
    "monodisciplinary: before_intake",
    "monodisciplinary: after_phase",
    "monodisciplinary: non_member",
    "monodisciplinary: parallel_allowed",
    "monodisciplinary: no_consequence",
    "monodisciplinary: exempt",
    "monodisciplinary: outside_practice",
    "monodisciplinary: not_insured",
    "monodisciplinary: no_contract",
    "monodisciplinary: already_billed",
    "monodisciplinary: broken",
    "monodisciplinary: product_not_covered",
    "not_billable: duplicate",
    "not_billable: unknown_code",
    "not_billable: no_pregnancy",
    *(
        (kind, regime)
        for kind in (
            "outside_provider",
            "member_billed",
            "entered_mid_phase",
            "left_mid_phase",
            "insurer_changed",
            "late_miscarriage",
            "phase_before_contract",
        )
        for regime in ("parallel_ban", "correction", "none")
    ),
    "loss unknown",
    "no alternative",
    "early_end",
    "prenatal",
    "prenatal_complex",
    "natal",
    "natal_on_request",
    "natal_complex",
    "postnatal",
    "postnatal_complex",
    "kraamzorg_hour",
    "before_16_weeks",
    "gynaecologist_acted",
    "on_request",
    "regular",
    "hours",
    "deduction",
    "contract",
    "followed_contract",
    "outside_practice",
    "no_contract",
    "exempt",
    "not_insured",
    ("mono exact", True),
    ("mono exact", False),
    ("mono known", True),
    ("mono known", False),
    (1, True),
    (1, False),
    (2, False),
    (3, True),
    (3, False),
]
