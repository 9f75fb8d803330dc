"""With whom a woman is insured is corrected from a day; what was thought stays readable."""

from datetime import date, timedelta

import pytest

from ooievaar.network.models import Insurer, Person
from ooievaar.record.entries import slots
from ooievaar.record.models import Coverage, CoverageChange, Woman
from ooievaar.record.relations import Rejected
from ooievaar.record.tests.care_region import AT
from ooievaar.record.women.coverage import change_insurer

pytestmark = pytest.mark.django_db
TODAY = AT.date()
SINCE = date(2024, 1, 1)
DAY = timedelta(days=1)


class Insured:
    """A woman who is insured with the first of three insurers."""

    def __init__(self) -> None:
        self.first, self.second, self.third = (
            Insurer.objects.create(uzovi=f"91{n:02d}", name=f"Verzekeraar {n}") for n in range(3)
        )
        self.woman = Woman.objects.create(reference="W-1")
        self.by = Person.objects.create(username="controller")
        Coverage.objects.create(woman=self.woman, insurer=self.first, valid_from=SINCE)

    def change(
        self, insurer: Insurer, from_day: date, source: str = "check"
    ) -> CoverageChange | Rejected:
        return change_insurer(
            self.woman.pk,
            insurer,
            from_day,
            source=source,
            checked_on=TODAY,
            by=self.by,
            at=AT,
        )

    def rows(self) -> list[tuple[Insurer, date]]:
        known = Coverage.objects.filter(woman=self.woman).order_by("valid_from")
        return [(row.insurer, row.valid_from) for row in known.select_related("insurer")]


@pytest.fixture
def insured() -> Insured:
    return Insured()


def test_from_a_day_on_she_is_insured_elsewhere(insured: Insured) -> None:
    new_year = date(TODAY.year, 1, 1)
    change = insured.change(insured.second, new_year)
    assert isinstance(change, CoverageChange)
    assert (change.was, change.becomes, change.by) == (insured.first, insured.second, insured.by)
    assert insured.rows() == [(insured.first, SINCE), (insured.second, new_year)]
    assert Coverage.objects.get(insurer=insured.first).valid_until == new_year


def test_an_insurance_that_was_wrong_from_its_first_day_is_replaced(insured: Insured) -> None:
    old = Coverage.objects.get()
    assert insured.change(insured.second, SINCE)
    assert insured.rows() == [(insured.second, SINCE)]
    assert Coverage.objects.get().pk > old.pk, "wie verder leest vanaf de laatste rij, ziet haar"


def test_an_insurance_that_begins_later_stays_as_it_is(insured: Insured) -> None:
    later = SINCE + 200 * DAY
    insured.change(insured.second, later)
    insured.change(insured.third, SINCE + 100 * DAY)
    assert insured.rows() == [
        (insured.first, SINCE),
        (insured.third, SINCE + 100 * DAY),
        (insured.second, later),
    ]


def test_where_nothing_was_known_it_holds_until_what_was_known(insured: Insured) -> None:
    before = SINCE - 50 * DAY
    change = insured.change(insured.second, before)
    assert isinstance(change, CoverageChange)
    assert change.was is None and change.valid_until == SINCE
    assert insured.rows() == [(insured.second, before), (insured.first, SINCE)]


@pytest.mark.parametrize(
    ("insurer", "from_day", "source", "field"),
    [
        ("first", SINCE, "check", "insurer"),
        ("second", TODAY + DAY, "check", "from_day"),
        ("second", SINCE, "guess", "source"),
    ],
)
def test_what_cannot_be_is_refused_and_changes_nothing(
    insured: Insured, insurer: str, from_day: date, source: str, field: str
) -> None:
    made = insured.change(getattr(insured, insurer), from_day, source)
    assert isinstance(made, Rejected) and made.field == field
    assert insured.rows() == [(insured.first, SINCE)] and not CoverageChange.objects.exists()


def test_of_a_woman_with_two_records_the_one_that_speaks_of_the_day_is_changed(
    insured: Insured,
) -> None:
    kept = Woman.objects.create(reference="W-2")
    Woman.objects.filter(pk=insured.woman.pk).update(same_as=kept)
    made = change_insurer(
        kept.pk, insured.second, SINCE + DAY, source="woman", checked_on=TODAY, by=None, at=AT
    )
    assert isinstance(made, CoverageChange)
    assert insured.rows() == [(insured.first, SINCE), (insured.second, SINCE + DAY)]


def test_the_other_rooms_are_told(insured: Insured) -> None:
    told: list[int] = []
    slots.CHANGED.append(lambda woman_id, at: told.append(woman_id))
    try:
        insured.change(insured.second, SINCE)
    finally:
        slots.CHANGED.pop()
    assert told == [insured.woman.pk]
