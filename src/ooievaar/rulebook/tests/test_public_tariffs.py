"""The public tariffs keep the identities of their own tables: a typing error would break one."""

from datetime import date

import pytest

from ooievaar import rulebook

BOOK = rulebook.load()
DECREES = (date(2013, 1, 1), date(2017, 1, 1))
WEEKS = ("0_14", "15_29", "after_29")


def tariffs(item_name):
    item = next(i for i in BOOK.mono_tariffs.mono_items if i.item == item_name)
    return {tariff.valid_from: tariff for tariff in item.tariffs}


def cents(item_name, day):
    return tariffs(item_name)[day].cents


@pytest.mark.parametrize("day", DECREES)
def test_whole_care_is_prenatal_natal_and_postnatal_to_the_cent(day):
    parts = [tariffs(f"{phase}_full")[day] for phase in ("prenatal", "natal", "postnatal")]
    whole = tariffs("whole_full")[day]
    assert whole.cents == sum(part.cents for part in parts)
    assert abs(whole.deprived_cents - sum(part.deprived_cents for part in parts)) <= 1


def test_a_deprived_area_is_paid_23_percent_more():
    compared = 0
    for item in BOOK.mono_tariffs.mono_items:
        for tariff in item.tariffs:
            if tariff.deprived_cents is not None:
                assert abs(tariff.deprived_cents - tariff.cents * 123 / 100) <= 1, item.item
                compared += 1
    assert compared == 13 + 10


@pytest.mark.parametrize("day", DECREES)
@pytest.mark.parametrize("weeks", WEEKS)
def test_a_transfer_costs_16_88_percent_more_than_full_prenatal_care(weeks, day):
    if day not in tariffs(f"transfer_second_{weeks}"):
        assert (weeks, day) == ("after_29", date(2017, 1, 1)), "the one amount that was cut off"
        return
    both = cents(f"transfer_first_{weeks}", day) + cents(f"transfer_second_{weeks}", day)
    assert both / cents("prenatal_full", day) == pytest.approx(1.1688, abs=0.00015)


@pytest.mark.parametrize("day", DECREES)
@pytest.mark.parametrize(
    ("weeks", "percent"), [("0_14", 12.8), ("15_29", 19.1), ("after_29", 42.7)]
)
def test_part_of_prenatal_care_is_a_fixed_share_of_whole_care(weeks, percent, day):
    share = 100 * cents(f"prenatal_{weeks}", day) / cents("whole_full", day)
    assert share == pytest.approx(percent, abs=0.05)


@pytest.mark.parametrize("day", DECREES)
def test_referral_after_29_weeks_is_paid_more_than_full_prenatal_care(day):
    assert cents("prenatal_after_29", day) > cents("prenatal_full", day)


@pytest.mark.parametrize("day", [date(2010, 1, 1), date(2019, 1, 1), date(2020, 1, 1)])
@pytest.mark.parametrize(
    ("item", "ratio"),
    [
        ("kraamzorg_intake_home", 1.5),
        ("kraamzorg_intake_phone", 0.5),
        ("kraamzorg_partus", 2),
    ],
)
def test_until_2020_kraamzorg_had_fixed_ratios_to_the_registration(item, ratio, day):
    registration = cents("kraamzorg_registration", day)
    assert cents(item, day) == pytest.approx(registration * ratio, abs=2)


def test_after_2020_the_structure_of_kraamzorg_changed():
    day = date(2023, 1, 1)
    assert cents("kraamzorg_intake_home", day) > 6 * cents("kraamzorg_registration", day)


def test_the_worked_example_of_2020_comes_out_to_the_cent():
    day = date(2020, 1, 1)
    hour = cents("kraamzorg_hour", day)
    care = cents("kraamzorg_registration", day) + cents("kraamzorg_intake_home", day)
    assert 49 * hour + care == 259672
    assert 49 * BOOK.kraamzorg_own_contribution(day).cents == 22050
    assert cents("kraamzorg_partus", day) + 6 * hour == 39746


@pytest.mark.parametrize(
    ("item", "code", "deprived_code"),
    [
        ("whole_full", "1001", "1011"),
        ("prenatal_15_29", "1204", "1214"),
        ("transfer_first_after_29", "1303", "1313"),
        ("transfer_second_0_14", "1351", ""),
    ],
)
def test_the_codes_of_2017_stand_with_their_amounts(item, code, deprived_code):
    tariff = tariffs(item)[date(2017, 1, 1)]
    assert (tariff.insurer_code, tariff.deprived_insurer_code) == (code, deprived_code)


@pytest.mark.parametrize(
    ("day", "own_cents", "is_exact"),
    [
        (date(2017, 6, 1), 430, True),
        (date(2018, 6, 1), 430, False),  # not found; 2017 and 2019 are as near, the earlier holds
        (date(2019, 6, 1), 440, True),
        (date(2023, 12, 31), 480, True),
        (date(2024, 1, 1), 510, True),
        (date(2027, 12, 31), 510, False),
    ],
)
def test_the_own_contribution_of_an_unknown_year_is_marked(day, own_cents, is_exact):
    own = BOOK.kraamzorg_own_contribution(day)
    assert (own.cents, own.is_exact) == (own_cents, is_exact)
