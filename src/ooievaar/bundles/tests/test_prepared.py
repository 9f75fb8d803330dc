"""Rules that were planned once forget the facts of the woman before."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pyarrow as pa
import pytest

from ooievaar.bundles.engine import Rows, arrow_schema, arrow_table, run_rules
from ooievaar.bundles.prepared import PreparedRules, prepared_rules
from ooievaar.bundles.rules.facts import INPUTS
from ooievaar.rulebook import load

FAR = {"valid_from": date(2017, 1, 1), "valid_until": date(9999, 12, 31)}


@pytest.fixture(scope="module")
def rules() -> PreparedRules:
    return PreparedRules()


def facts_of(woman: int, days: int) -> dict[str, pa.Table]:
    """A woman under no contract, with a consult on each of so many days."""
    rows: dict[str, Rows] = {
        **load().engine_tables(),
        "organisations": [{"organisation_id": 1, "discipline": "midwives"}],
        "memberships": [{"organisation_id": 1, **FAR}],
        "clock": [{"until": date(2026, 1, 1)}],
        "pregnancies": [
            {
                "pregnancy_id": woman,
                "woman_id": woman,
                "first_intake_on": date(2025, 1, 6),
                "first_intake_organisation_id": 1,
                "due_on": date(2025, 6, 25),
                "due_precision_days": 3,
                "end_kind": "ongoing",
                "ended_precision_days": 0,
                "exempt": False,
            }
        ],
        "activities": [
            {
                "activity_id": woman * 100 + day,
                "woman_id": woman,
                "organisation_id": 1,
                "code": "V-CON",
                "specialism": "",
                "performed_on": date(2025, 2, day),
                "quantity": 1,
                "duration_minutes": 0,
                "child_number": 0,
                "source_rank": 1,
                "billed_mono": False,
            }
            for day in range(1, days + 1)
        ],
    }
    return {name: arrow_table(name, rows.get(name, [])) for name in INPUTS}


def acts(result: dict[str, Rows]) -> list[int]:
    return [row["activity_id"] for row in result["dispositions"]]


def test_women_one_after_the_other_do_not_mix(rules: PreparedRules) -> None:
    assert acts(rules.run(facts_of(1, 3))) == [101, 102, 103]
    assert acts(rules.run(facts_of(2, 1))) == [201]
    assert acts(rules.run(facts_of(3, 0))) == []
    assert acts(rules.run(facts_of(1, 3))) == [101, 102, 103]


def test_the_same_facts_twice_give_the_same(rules: PreparedRules) -> None:
    assert rules.run(facts_of(1, 2)) == rules.run(facts_of(1, 2))


@pytest.mark.parametrize("table", ["activities", "pregnancies", "catalogue"])
def test_facts_that_could_not_be_read_leave_nothing_for_the_next(
    rules: PreparedRules, table: str
) -> None:
    rules.run(facts_of(1, 2))
    wrong = facts_of(2, 2)
    wrong[table] = pa.table({"nonsense": ["x"]})
    with pytest.raises(Exception, match="column"):
        rules.run(wrong)
    assert acts(rules.run(facts_of(1, 2))) == [101, 102]
    assert acts(rules.run(facts_of(3, 1))) == [301]


def test_planned_rules_conclude_what_the_rules_conclude(rules: PreparedRules) -> None:
    facts = facts_of(1, 3)
    connection = run_rules(facts)
    expected = connection.sql("SELECT * FROM routes").fetchall()
    assert [tuple(row.values()) for row in rules.run(facts)["routes"]] == expected


def test_a_missing_optional_column_is_null_and_empty_inputs_have_their_types() -> None:
    for name, schema in INPUTS.items():
        assert arrow_table(name, []).schema == arrow_schema(schema)
    assert facts_of(1, 1)["activities"].column("performed_minute").null_count == 1


def test_planned_rules_are_lent_to_one_at_a_time_and_come_back() -> None:
    """Whichever thread asks: the first to ask after the start finds them planned."""
    with prepared_rules() as first, prepared_rules() as second:
        assert first is not second
    with ThreadPoolExecutor(1) as pool:
        assert pool.submit(lent).result() is first
    with pytest.raises(ValueError, match="half-way"), prepared_rules() as broken:
        raise ValueError("half-way")
    assert lent() is broken is first


def lent() -> PreparedRules:
    with prepared_rules() as rules:
        return rules
