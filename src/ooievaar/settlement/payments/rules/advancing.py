"""Who gets which advance in a month: a part of what it is expected to earn, unless a rule stops it.

Integer cents; parts per million.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from ooievaar.contracts.rules.agreement import Advances
from ooievaar.kernel.money import PPM, split_largest_remainder

LEAVING, NO_CARE, NOT_EXPECTED = "leaving", "no_care", "not_expected"


@dataclass(frozen=True, slots=True)
class Member:
    """A partner as the rules of advances look at it.

    `months_without_care`: whole months before this one in which it recorded nothing, as far back
    as the rule looks.
    """

    organisation_id: int
    expected_cents: int
    is_leaving: bool = False
    months_without_care: int = 0


@dataclass(frozen=True, slots=True)
class Given:
    """The advance of a partner; `stopped` says why there is none."""

    organisation_id: int
    expected_cents: int
    cents: int
    stopped: str = ""


def advances(members: Iterable[Member], terms: Advances, share_ppm: int) -> tuple[Given, ...]:
    """Return what each partner gets ahead: whole cents, rounded down, never more than expected."""
    return tuple(
        Given(
            member.organisation_id,
            member.expected_cents,
            0 if (stopped := _stopped(member, terms)) else member.expected_cents * share_ppm // PPM,
            stopped,
        )
        for member in members
    )


def divided(cents: int, earned: Mapping[int, int], stays_cents: int) -> tuple[Given, ...]:
    """Divide an insurer's advance as its products were divided so far.

    `earned` by partner and `stays_cents` (overhead, reserve) are what the agreement made of them;
    the part that stays is not paid out. ValueError when nobody earned anything.
    """
    people = sorted(pk for pk, amount in earned.items() if amount > 0)
    weights = [max(stays_cents, 0), *(earned[pk] for pk in people)]
    if not people:
        raise ValueError("an advance that nobody earned")
    _, *parts = split_largest_remainder(cents, weights)
    return tuple(Given(pk, earned[pk], part) for pk, part in zip(people, parts, strict=True))


def room(limit_cents: int | None, outstanding_cents: int, given: Iterable[Given]) -> int | None:
    """Return what is left under the limit of who finances; below zero it is passed; None: none."""
    if limit_cents is None:
        return None
    return limit_cents - outstanding_cents - sum(one.cents for one in given)


def _stopped(member: Member, terms: Advances) -> str:
    if terms.stop_when_leaving and member.is_leaving:
        return LEAVING
    longest = terms.stop_after_months_without_care
    if longest is not None and member.months_without_care >= longest:
        return NO_CARE
    return "" if member.expected_cents > 0 else NOT_EXPECTED
