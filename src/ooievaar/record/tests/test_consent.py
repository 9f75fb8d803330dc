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
K, K2 = "hospital", "kraamzorg"


Word = tuple[int | None, int | str | None, bool | None]
"""Source, receiver (an organisation, a kind of them, or everyone) and what she said of these."""


def said(*words: Word, purpose: str = "treatment") -> list[Said]:
    """What she said, in this order."""
    return [
        Said(
            number,
            source,
            None if isinstance(to, str) else to,
            is_given,
            EARLY + timedelta(days=number),
            to if isinstance(to, str) else "",
            purpose,
        )
        for number, (source, to, is_given) in enumerate(words)
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
    pytest.param([(None, None, True), (None, K, False)], False, id="no hospital at all"),
    pytest.param([(None, K, False), (None, B, True)], True, id="no hospital, except this one"),
    pytest.param([(None, K, True), (None, B, False)], False, id="hospitals, but not this one"),
    pytest.param([(A, K, True), (None, B, False)], False, id="neither beats the other"),
    pytest.param([(A, K, False), (A, None, True), (None, K, True)], False, id="A to no hospital"),
    pytest.param([(A, K, True), (A, None, False), (None, K, False)], True, id="only A to one"),
    pytest.param([(A, None, False), (None, K, True)], False, id="A to nobody, hospitals all"),
    pytest.param([(None, K2, False)], None, id="another kind says nothing of this"),
    pytest.param([(None, B, False), (None, B, None)], None, id="taken back: what is presumed"),
    pytest.param([(None, None, True), (A, B, False), (A, B, None)], True, id="back to general"),
    pytest.param([(A, B, None), (A, B, False)], False, id="objected after taking it back"),
]


@pytest.mark.parametrize(("words", "expected"), CASES)
def test_the_most_specific_word_counts(words: list[Word], expected: bool | None) -> None:
    assert verdict(said(*words), A, B, K) is expected


def test_of_everyone_only_what_was_said_of_everyone_counts() -> None:
    assert verdict(said((A, B, True)), None, B, K) is None
    assert verdict(said((A, B, True), (None, B, False)), None, B, K) is False


def test_of_a_receiver_without_a_name_only_its_kind_counts() -> None:
    words = said((None, B, False), (None, "gp", True))
    assert verdict(words, A, None, "gp") is True
    assert verdict(words, A, None, "youth_care") is None


@pytest.mark.parametrize("kind", ["gp", "youth_care"])
def test_what_she_grants_whoever_treats_her_is_not_for_who_does_not(kind: str) -> None:
    assert verdict(said((None, None, True)), A, None, kind) is None
    assert verdict(said((A, None, True)), A, None, kind) is None
    assert verdict(said((None, None, False)), A, None, kind) is False
    assert verdict(said((None, None, False), (None, None, True)), A, None, kind) is None
    assert verdict(said((None, None, False), (None, kind, True)), A, None, kind) is True


def test_what_she_said_of_one_purpose_says_nothing_of_another() -> None:
    words = said((None, None, True), purpose="research")
    assert verdict(words, A, B, K) is None
    assert verdict(words, A, B, K, "research") is True
    assert verdict(said((None, None, False)), A, B, K, "quality") is None


def test_what_is_presumed_differs_by_purpose() -> None:
    assert is_presumed("hospital", "quality")
    assert not is_presumed("hospital", "research")
    assert not is_presumed("kraamzorg", "research", was_referred=True)


def test_a_referral_opens_a_contract_beside_until_she_objects() -> None:
    assert not may_share([], A, B, "ultrasound")
    assert may_share([], A, B, "ultrasound", was_referred=True)
    assert not may_share(said((None, "ultrasound", False)), A, B, "ultrasound", was_referred=True)


@pytest.mark.parametrize("discipline", Discipline.values)
def test_a_contract_beside_that_of_others_needs_her_word(discipline: str) -> None:
    assert is_presumed(discipline) is (discipline not in ("kraamzorg", "ultrasound"))


def test_ones_own_entries_are_always_seen() -> None:
    assert may_share(said((None, None, False)), A, A, "kraamzorg")


NAMES = ["", "linde", "zee", "kraam"]
RECEIVERS = [*NAMES, K, K2]
SAYS = st.tuples(
    st.sampled_from(NAMES),
    st.sampled_from(RECEIVERS),
    st.sampled_from([True, False, None]),
    st.integers(0, 2),
    st.sampled_from(["treatment", "treatment", "quality"]),
)
WORDS = st.lists(SAYS, max_size=10)


@pytest.mark.django_db
@pytest.mark.parametrize(("words", "expected"), CASES)
def test_the_database_hears_the_same(
    region: CareRegion, words: list[Word], expected: bool | None
) -> None:
    """De Linde wrote, the hospital reads; when she said nothing, it may."""
    names = {A: "linde", B: "zee", C: "gyn", None: ""}
    for one in said(*words):
        to = {"recipient": names[one.recipient_id], "kind": one.recipient_kind}
        region.says(names[one.source_id], is_given=one.is_given, at=one.recorded_at, **to)
    seen = activities_for(region.carer("zee"), AT).filter(
        organisation=region.organisations["linde"]
    )
    assert seen.exists() is (expected is not False)


@pytest.mark.django_db
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(words=WORDS, referred_by=st.sampled_from(["", "linde", "zee"]))
def test_the_set_in_the_database_is_the_rule(
    region: CareRegion,
    colleagues: dict[str, Workplace],
    words: list[tuple[str, str, bool | None, int, str]],
    referred_by: str,
) -> None:
    """Row by row, for every organisation; days coincide, so that the order of saying counts."""
    with transaction.atomic():
        asked_by = region.organisations.get(referred_by)
        if asked_by:
            region.consult(region.noor, "echo", asked_by)
        for source, to, is_given, day, purpose in words:
            receiver = {"recipient": "", "kind": to} if to in (K, K2) else {"recipient": to}
            at = EARLY + timedelta(days=day)
            region.says(source, is_given=is_given, at=at, purpose=purpose, **receiver)
        heard = said_by(region.noor.woman_id)
        rows = list(region.noor.activities.all())
        for name, colleague in colleagues.items():
            codes = codes_seen_by(rulebook.load(), colleague.role, colleague.discipline, AT.date())
            own = region.organisations[name].pk
            expected = {
                row.code
                for row in rows
                if name not in ("duin", "gyn")  # they do not treat her
                and may_share(
                    heard,
                    row.organisation_id,
                    own,
                    colleague.discipline,
                    was_referred=name == "echo"
                    and row.organisation_id == getattr(asked_by, "pk", None),
                )
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
