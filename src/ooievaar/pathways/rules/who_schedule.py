"""Contacts of which each follows from the one before, as in the schedule of the WHO.

ANC.S.01 (WHO, Digital adaptation kit for antenatal care, 2021) asks contacts at 12, 20, 26, 30,
34, 36, 38 and 40 weeks, and moves them for who comes into care at another week. The intervals and
the rule for a late entry are data (`who_anc`); here stands only how they are walked.
"""

from dataclasses import dataclass

from ooievaar.pathways.rules.definition import Series, Step, days_of

MOST_CONTACTS = 60


@dataclass(frozen=True, slots=True)
class Contact:
    """The n-th contact (the first intake is the first), on this day of gestation, by which step."""

    number: int
    gestation_days: int
    step: Step


def contacts_after(first_contact_days: int, series: Series) -> tuple[Contact, ...]:
    """Return the contacts that follow on a first one at this gestation, in whole weeks.

    The first step that fits counts: by the gestation of the contact before, and by that of the
    first contact. None before week 0 is known of: an earlier first contact counts as week 0.
    """
    first = max(first_contact_days, 0) // 7 * 7
    stops = sorted(map(days_of, series.not_past))
    found: list[Contact] = []
    at = first
    while len(found) < MOST_CONTACTS:
        step = next((row for row in series.steps if _fits(row, at, first)), None)
        if step is None:
            break
        following = at + step.weeks * 7
        following = min([following, *(stop for stop in stops if stop > at)])
        found.append(Contact(len(found) + 2, following, step))
        at = following
    return tuple(found)


def _fits(step: Step, at: int, first: int) -> bool:
    return days_of(step.start) <= at < days_of(step.until) and first >= days_of(
        step.first_contact_from
    )
