"""What a claimed code tells of, by day; and that all of it is provisional."""

from datetime import date

from ooievaar import rulebook
from ooievaar.claims.members.codes import shipped_codes

DAY = date(2026, 3, 1)


def test_every_act_of_the_catalogue_is_claimed_with_one_code_and_read_back() -> None:
    codes, book = shipped_codes(), rulebook.load()
    acts = {row["code"] for row in book.engine_tables()["catalogue"]}
    for act in acts:
        if book.catalogue_entry(act, DAY) is None:
            continue
        one = codes.of_activity(act, DAY)
        assert one is not None, act
        assert len(one.code) <= 6
        assert codes.find(one.list_code, one.code, DAY) == one


def test_a_code_is_one_of_its_own_list_and_of_its_own_days() -> None:
    codes = shipped_codes()
    assert codes.find("032", "V-CON", DAY) is not None
    assert codes.find("011", "V-CON", DAY) is None
    assert codes.find("032", "V-CON", date(2016, 12, 31)) is None
    assert codes.find("069", "V-CON", DAY) is None


def test_a_course_counts_as_one_act_on_the_day_that_the_data_names() -> None:
    prenatal = shipped_codes().find("032", "1101", DAY)
    assert prenatal is not None and (prenatal.activity, prenatal.on_last_day) == ("V-CON", True)
    # A course of more than one phase tells of no act on a day: it is not guessed.
    assert shipped_codes().find("032", "1001", DAY) is None


def test_hours_come_in_units_and_nothing_of_it_is_official() -> None:
    codes = shipped_codes()
    hours = codes.of_activity("KZ-UUR", DAY)
    assert hours is not None and (hours.code, hours.unit_minutes) == ("KZ-UUR", 15)
    assert codes.is_provisional and not any(one.verified for one in codes.codes)
    assert codes.standards == {"032": "VK301", "011": "KZ301", "041": "ZH308"}
