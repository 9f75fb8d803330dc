"""What a woman said about sharing: the rule itself, and the same rule as a set in the database."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ooievaar import rulebook
from ooievaar.network.models import Discipline
from ooievaar.network.workplace import Workplace
from ooievaar.record.permissions import activities_for, said_by
from ooievaar.record.rules.consent import Said, is_presumed, may_share, verdict
from ooievaar.record.rules.elements import codes_seen_by
from ooievaar.record.tests.care_region import AT, DISCIPLINES, CareRegion

EARLY = datetime(2026, 1, 1, tzinfo=UTC)
A, B, C = 1, 2, 3


def said(*words: tuple[int | None, int | None, bool]) -> list[Said]:
    """What she said, in this order."""
    return [
        Said(number, source, recipient, is_given, EARLY + timedelta(days=number))
        for number, (source, recipient, is_given) in enumerate(words)
    ]


CASES = [
    pytest.param([], None, id="she said nothing"),
    pytest.param([(None, None, True)], True, id="she agreed in general"),
    pytest.param([(None, None, True), (None, B, False)], False, id="but not to this one"),
    pytest.param([(A, B, True), (None, None, False)], True, id="this pair, though not others"),
    pytest.param([(None, B, False), (A, B, True)], True, id="a pair beats one side"),
    pytest.param([(A, None, True), (None, B, False)], False, id="equal: the objection wins"),
    pytest.param([(A, None, False), (None, B, True)], False, id="equal, the other way round"),
    pytest.param([(A, B, False), (A, B, True)], True, id="she changed her mind"),
    pytest.param([(A, B, True), (A, B, False)], False, id="she changed it back"),
    pytest.param([(A, C, False), (C, B, False)], None, id="other pairs say nothing of this"),
]


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_the_most_specific_word_counts(
    words: list[tuple[int | None, int | None, bool]], expected: bool | None
) -> None:
    assert verdict(said(*words), A, B) is expected


def test_of_everyone_only_what_was_said_of_everyone_counts() -> None:
    assert verdict(said((A, B, True)), None, B) is None
    assert verdict(said((A, B, True), (None, B, False)), None, B) is False


@pytest.mark.parametrize("discipline", Discipline.values)
def test_a_contract_beside_that_of_others_needs_her_word(discipline: str) -> None:
    assert is_presumed(discipline) is (discipline not in ("kraamzorg", "ultrasound"))


def test_ones_own_entries_are_always_seen() -> None:
    assert may_share(said((None, None, False)), A, A, "kraamzorg")


NAMES = ["", "linde", "zee", "kraam"]
WORDS = st.lists(
    st.tuples(st.sampled_from(NAMES), st.sampled_from(NAMES), st.booleans(), st.integers(0, 2)),
    max_size=8,
)


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "expected"), CASES)
def test_the_database_hears_the_same(
    region: CareRegion,
    words: list[tuple[int | None, int | None, bool]],
    expected: bool | None,
) -> None:
    """De Linde wrote, the hospital reads; when she said nothing, it may."""
    names = {A: "linde", B: "zee", C: "gyn", None: ""}
    for one in said(*words):
        region.says(names[one.source_id], names[one.recipient_id], one.is_given, one.recorded_at)
    seen = activities_for(region.carer("zee"), AT).filter(
        organisation=region.organisations["linde"]
    )
    assert seen.exists() is (expected is not False)


@pytest.mark.django_db
@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS)
def test_the_set_in_the_database_is_the_rule(
    region: CareRegion, colleagues: dict[str, Workplace], words: list[tuple[str, str, bool, int]]
) -> None:
    """Row by row, for every organisation; days coincide, so that the order of saying counts."""
    with transaction.atomic():
        for source, recipient, is_given, day in words:
            region.says(source, recipient, is_given, EARLY + timedelta(days=day))
        heard = said_by(region.noor.woman_id)
        rows = list(region.noor.activities.all())
        for name, colleague in colleagues.items():
            codes = codes_seen_by(rulebook.load(), colleague.role, colleague.discipline, AT.date())
            own = region.organisations[name].pk
            expected = {
                row.code
                for row in rows
                if name not in ("duin", "gyn")  # they do not treat her
                and may_share(heard, row.organisation_id, own, colleague.discipline)
                and (codes is None or row.code in codes or row.organisation_id == own)
            }
            seen = activities_for(colleague, AT, region.noor.pk)
            assert {row.code for row in seen} == expected, name
        transaction.set_rollback(True)


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


@pytest.fixture
def colleagues(region: CareRegion) -> dict[str, Workplace]:
    return {name: region.carer(name) for name in DISCIPLINES}
