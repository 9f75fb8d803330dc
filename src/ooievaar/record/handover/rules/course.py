"""Rule `course`: how a question between providers stands, and who may do what with it next.

Advice and a consult wait for an answer; a transfer is accepted, and taken over at once or when she
arrives. Responsibility moves with the taking over, never with the asking: until that moment it
stays where it was. Our own choice.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

ADVICE, CONSULT, TRANSFER = "advice", "consult", "transfer"
ACCEPTED, TAKEN_OVER, ANSWERED = "accepted", "taken_over", "answered"
DECLINED, WITHDRAWN, LAPSED, ENDED = "declined", "withdrawn", "lapsed", "ended"
OPEN = "open"
ASKED, ASKING = "asked", "asking"
"""The two sides of a referral."""

ANSWER_WITHIN = {
    "emergency": timedelta(minutes=15),
    "day": timedelta(hours=24),
    "week": timedelta(days=7),
    "regular": timedelta(days=28),
}
"""How long an answer may take by urgency; only the two that name a time are more than a habit."""
URGENCIES = tuple(ANSWER_WITHIN)
"""Most urgent first."""


@dataclass(frozen=True, slots=True)
class Act:
    """Something that can be done with a referral now, by one side of it."""

    state: str
    side: str


def state_of(states: Sequence[str]) -> str:
    """Return how a referral stands, by its steps in order: `open` while nothing was done."""
    return states[-1] if states else OPEN


def is_waiting(state: str) -> bool:
    """Tell whether the organisation that was asked still has something to do."""
    return state in (OPEN, ACCEPTED)


def acts_on(kind: str, state: str, *, has_access: bool) -> tuple[Act, ...]:
    """Return what can be done now; `has_access` while the referral itself still gives access."""
    if state == OPEN:
        first = (ACCEPTED, TAKEN_OVER) if kind == TRANSFER else (ANSWERED,)
        yes = tuple(Act(one, ASKED) for one in first)
        return *yes, Act(DECLINED, ASKED), Act(WITHDRAWN, ASKING)
    if state == ACCEPTED:
        return Act(TAKEN_OVER, ASKED), Act(DECLINED, ASKED), Act(WITHDRAWN, ASKING)
    if state == ANSWERED and kind == CONSULT and has_access:
        return Act(ENDED, ASKED), Act(ENDED, ASKING)
    return ()


def ends_access(kind: str, state: str, *, is_done: bool) -> bool:
    """Tell whether a step ends the access that the referral gave.

    Advice ends with its answer; a consult when somebody says that it `is_done`. What was taken
    over goes on as care.
    """
    if state == ANSWERED:
        return kind == ADVICE or is_done
    return state in (DECLINED, WITHDRAWN, LAPSED, ENDED)


def answer_by(urgency: str, asked_at: datetime) -> datetime:
    """Return the moment by which an answer is expected."""
    return asked_at + ANSWER_WITHIN[urgency]
