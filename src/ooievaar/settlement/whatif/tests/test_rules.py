"""Other tariffs, another calendar, who loses first: on plain values."""

from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.tests.texts import TEXT, changed
from ooievaar.kernel.period import FAR_DATE, Period
from ooievaar.settlement.whatif.rules.after_the_year import References, guarantee_over
from ooievaar.settlement.whatif.rules.another_year import joined, laid_over, years_apart
from ooievaar.settlement.whatif.rules.effect import (
    Change,
    Leaf,
    OldValue,
    Sold,
    YearDivided,
    losers_first,
)
from ooievaar.settlement.whatif.rules.tariffs import OtherTariff, with_others

YEAR = Period(date(2025, 1, 1), date(2026, 1, 1))


def tariff(cents: int, start: date, until: date = FAR_DATE, product: str = "natal") -> dict:
    days = {"valid_from": start, "valid_until": until}
    return {"contract_id": 1, "product": product, "cents": cents, **days}


def test_another_tariff_takes_its_days_and_leaves_the_others() -> None:
    other = OtherTariff((1,), "natal", 9, Period(date(2025, 3, 1), date(2025, 5, 1)))
    rows = with_others(
        [tariff(5, date(2024, 1, 1)), tariff(7, date(2024, 1, 1), product="x")], [other]
    )
    assert rows == [
        tariff(5, date(2024, 1, 1), date(2025, 3, 1)),
        tariff(5, date(2025, 5, 1)),
        tariff(7, date(2024, 1, 1), product="x"),
        tariff(9, date(2025, 3, 1), date(2025, 5, 1)),
    ]


def test_a_product_without_a_tariff_gets_one() -> None:
    other = OtherTariff((1, 2), "natal", 9, Period(date(2025, 3, 1)))
    assert [row["contract_id"] for row in with_others([], [other])] == [1, 2]


def test_an_agreement_that_holds_in_the_year_keeps_its_days() -> None:
    agreement = read_agreement("tekst", TEXT)  # of 2026
    assert years_apart(agreement, Period(date(2026, 1, 1), date(2027, 1, 1))) == 0
    assert years_apart(agreement, YEAR) == 1
    assert laid_over(agreement, 0) == agreement
    moved = laid_over(agreement, 1)
    assert moved.products["*"].until == date(2026, 1, 1)
    assert moved.products["prenatal"] == agreement.products["prenatal"]


def test_a_leap_day_moves_to_the_first_of_march() -> None:
    text = changed(
        ("geldt_vanaf: 2026-01-01", "geldt_vanaf: 2027-01-01"),
        ("geldt_tot: 2027-01-01", "geldt_tot: 2028-02-29"),
        ("tot: 2027-01-01", "tot: 2028-02-29"),
        ('"2027": 95 %', '"2028": 95 %'),
    )  # fmt: skip
    assert laid_over(read_agreement("t", text), 1).products["*"].until == date(2027, 3, 1)


def test_periods_that_touch_are_one() -> None:
    found = joined([Period(date(2025, 6, 1)), Period(date(2024, 1, 1), date(2025, 1, 1)),
                    Period(date(2025, 1, 1), date(2025, 3, 1))])  # fmt: skip
    assert found == [Period(date(2024, 1, 1), date(2025, 3, 1)), Period(date(2025, 6, 1))]


def test_who_loses_most_of_its_income_comes_first_not_who_loses_most_euros() -> None:
    rows = {"groot": Change(1_000_000, 900_000), "klein": Change(1_000, 500), "wint": Change(0, 9)}
    assert [key for key, _ in losers_first(rows)] == ["klein", "groot", "wint"]
    assert (Change(300, 299).ppm, Change(300, 301).ppm, Change(0, 5).ppm) == (-3_333, 3_333, None)


def year_of(incomes: dict[int, int], reserve: int) -> YearDivided:
    leaves = [Leaf("partner", "midwives", who, "fixed_share", "natal", 1, cents)
              for who, cents in incomes.items()]  # fmt: skip
    leaves.append(Leaf("reserve", "", None, "agreed_reserve", "natal", 1, reserve))
    return YearDivided(tuple(leaves), (Sold(1, "natal", 1, sum(incomes.values()) + reserve),))


@given(
    st.dictionaries(st.integers(1, 7), st.tuples(st.integers(0, 10**7), st.integers(0, 10**7))),
    st.integers(0, 10**6),
)
def test_a_guarantee_moves_money_and_makes_none(partners, reserve) -> None:
    """What partners get from it together is what the reserve paid; nobody's gain becomes a loss."""
    agreement = read_agreement("tekst", TEXT)
    incomes = {who: income for who, (income, _) in partners.items()}
    old = {who: OldValue(reference) for who, (_, reference) in partners.items()}
    found = guarantee_over(
        agreement,
        year_of(incomes, reserve),
        year=2026,
        partners=incomes,
        references=References(old),
        old_by_insurer={},
        uzovis={1: "1111"},
    )
    assert found is not None
    net = {who: found.of(who) for who in incomes}
    assert sum(net.values()) == found.paid_by().get("reserve", 0) <= reserve
    for who, cents in net.items():
        if cents < 0:
            assert incomes[who] + cents >= old[who].cents


def test_a_safety_net_with_unknown_values_pays_nothing_yet() -> None:
    agreement = read_agreement("tekst", TEXT)

    def found(unknown: int):
        return guarantee_over(
            agreement, year_of({1: 90_000}, 0), year=2026, partners=[1],
            references=References({1: OldValue(100_000)}),
            old_by_insurer={1: OldValue(100_000, unknown)}, uzovis={1: "9910"},
        )  # fmt: skip

    known, unknown = found(0), found(1)
    assert known is not None and unknown is not None
    assert known.funds["safety_net"] == 4_000  # half of what lies under 98 %
    assert (unknown.funds["safety_net"], unknown.is_provisional) == (0, True)


def test_an_agreement_without_a_guarantee_that_year_has_none() -> None:
    agreement = read_agreement("tekst", TEXT)
    for year, text in ((2031, agreement), (2026, None)):
        found = guarantee_over(
            text,
            year_of({1: 5}, 0),
            year=year,
            partners=[1],
            references=References({}),
            old_by_insurer={},
            uzovis={},
        )
        assert found is None
