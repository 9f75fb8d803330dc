"""What is told to her of who sees what: the same verdicts, with their reason."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.record.rules.consent import Said, may_share
from ooievaar.record.rules.sharing import (
    AGREED,
    OBJECTED,
    REFERRED,
    TOGETHER,
    UNASKED,
    Receiver,
    Sight,
    in_force,
    reason_for,
    sights_of,
)

LINDE, ZEE, KRAAM, ECHO = 1, 2, 3, 4
EARLY = datetime(2026, 1, 1, tzinfo=UTC)
HOSPITAL = Receiver(ZEE, "hospital")
LYING_IN = Receiver(KRAAM, "kraamzorg")


def word(number: int, source: int | None, to: int | None, is_given: bool | None) -> Said:
    return Said(number, source, to, is_given, EARLY + timedelta(days=number))


def test_who_treats_together_sees_and_kraamzorg_waits_for_her_word() -> None:
    assert sights_of([], HOSPITAL, [LINDE, ZEE, KRAAM]) == (Sight(TOGETHER, (LINDE, KRAAM)),)
    assert sights_of([], LYING_IN, [LINDE, ZEE]) == (Sight(UNASKED, (LINDE, ZEE)),)


def test_seen_comes_before_unseen() -> None:
    said = [word(1, None, None, True), word(2, ZEE, KRAAM, False)]
    assert sights_of(said, LYING_IN, [ZEE, LINDE, ECHO]) == (
        Sight(AGREED, (LINDE, ECHO)),
        Sight(OBJECTED, (ZEE,)),
    )


def test_a_referral_is_told_as_one() -> None:
    referred = Receiver(ECHO, "ultrasound", frozenset({LINDE}))
    assert sights_of([], referred, [ZEE, LINDE]) == (
        Sight(REFERRED, (LINDE,)),
        Sight(UNASKED, (ZEE,)),
    )


@pytest.mark.parametrize(
    ("kind", "purpose", "expected"),
    [
        ("gp", "treatment", TOGETHER),
        ("youth_care", "treatment", UNASKED),
        ("hospital", "quality", TOGETHER),
        ("hospital", "research", UNASKED),
    ],
)
def test_who_is_outside_and_other_purposes(kind: str, purpose: str, expected: str) -> None:
    assert reason_for([], LINDE, Receiver(None, kind), purpose) == expected


def test_only_what_still_counts_is_told() -> None:
    said = [
        word(1, None, None, True),
        word(2, None, ZEE, False),
        word(3, None, ZEE, None),
        word(4, LINDE, KRAAM, False),
        word(5, LINDE, KRAAM, True),
    ]
    assert [one.said_id for one in in_force(reversed(said))] == [1, 5]


@given(
    words=st.lists(
        st.tuples(
            st.sampled_from([None, LINDE, ZEE]),
            st.sampled_from([None, KRAAM, ECHO]),
            st.sampled_from([True, False, None]),
        ),
        max_size=6,
    ),
    referred_by=st.frozensets(st.sampled_from([LINDE, ZEE])),
)
def test_what_is_told_is_what_is_done(
    words: list[tuple[int | None, int | None, bool | None]], referred_by: frozenset[int]
) -> None:
    said = [word(number, *one) for number, one in enumerate(words)]
    for receiver in (Receiver(KRAAM, "kraamzorg"), Receiver(ECHO, "ultrasound", referred_by)):
        told = {
            source: sight.is_seen
            for sight in sights_of(said, receiver, [LINDE, ZEE])
            for source in sight.source_ids
        }
        assert receiver.organisation_id is not None
        assert told == {
            source: may_share(
                said,
                source,
                receiver.organisation_id,
                receiver.kind,
                was_referred=source in receiver.referred_by,
            )
            for source in (LINDE, ZEE)
        }
