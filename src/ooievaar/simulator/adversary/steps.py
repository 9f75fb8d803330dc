"""The life of a seed: a list of steps, drawn before it begins, the same every time.

A month has its rhythm (what comes in, the night, the closing, claims, answers, payments), and
trouble falls between. A step names no row: it has `pick`, a number by which whoever does it
chooses among what is there then.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta
from enum import StrEnum
from random import Random

from ooievaar.kernel.period import month_of, month_period

START = date(2025, 1, 1)
MONTHS = 12
AFTER_MONTHS = 2
"""So long after the year what was sent is answered and paid."""
BIRTHS = 12
PROFILES = ("regional", "urban")


class Kind(StrEnum):
    """What happens in a step."""

    # What comes in.
    IMPORT = "import"
    SAME_FILE = "same_file"
    SAME_CARE = "same_care"
    HELD_BACK = "held_back"
    LATE_FILE = "late_file"
    WOMAN = "woman"
    CONTACT = "contact"
    CONTACT_TWICE = "contact_twice"
    CORRECT = "correct"
    IN_ERROR = "in_error"
    MISCARRIAGE = "miscarriage"
    BORN_ELSEWHERE = "born_elsewhere"
    INSURER = "insurer"
    # Who takes part, and what was agreed.
    LEAVE = "leave"
    JOIN = "join"
    CONTRACT = "contract"
    PRICE = "price"
    AGREEMENT = "agreement"
    # The night, and the closing.
    NIGHT = "night"
    CLOSE = "close"
    CLOSE_AGAIN = "close_again"
    CLOSE_BOOKS = "close_books"
    # Claims.
    PREPARE = "prepare"
    APPROVE = "approve"
    APPROVE_OWN = "approve_own"
    WITHDRAW_FILE = "withdraw_file"
    SEND = "send"
    SEND_AGAIN = "send_again"
    RECEIVE = "receive"
    ANSWER_LOST = "answer_lost"
    ANSWER_AGAIN = "answer_again"
    ANSWER_OTHERWISE = "answer_otherwise"
    WORK = "work"
    PAID_SHORT = "paid_short"
    PAID_TWICE = "paid_twice"
    # Money out.
    RUN = "run"
    APPROVE_RUN = "approve_run"
    APPROVE_OWN_RUN = "approve_own_run"
    SEND_RUN = "send_run"
    SEND_RUN_AGAIN = "send_run_again"
    WITHDRAW_RUN = "withdraw_run"
    BANK = "bank"
    BANK_AGAIN = "bank_again"
    ADVANCES = "advances"
    YEAR_END = "year_end"
    ASK = "ask"


TROUBLE: dict[Kind, float] = {
    Kind.NIGHT: 0.3,
    Kind.SAME_FILE: 0.35,
    Kind.SAME_CARE: 0.4,
    Kind.HELD_BACK: 0.3,
    Kind.LATE_FILE: 0.25,
    Kind.WOMAN: 0.3,
    Kind.CONTACT: 0.6,
    Kind.CONTACT_TWICE: 0.2,
    Kind.CORRECT: 0.4,
    Kind.IN_ERROR: 0.3,
    Kind.MISCARRIAGE: 0.2,
    Kind.BORN_ELSEWHERE: 0.25,
    Kind.INSURER: 0.35,
    Kind.LEAVE: 0.12,
    Kind.JOIN: 0.12,
    Kind.CONTRACT: 0.1,
    Kind.PRICE: 0.15,
    Kind.AGREEMENT: 0.1,
    Kind.CLOSE_AGAIN: 0.15,
    Kind.APPROVE_OWN: 0.25,
    Kind.WITHDRAW_FILE: 0.2,
    Kind.SEND_AGAIN: 0.4,
    Kind.ANSWER_LOST: 0.25,
    Kind.ANSWER_AGAIN: 0.4,
    Kind.ANSWER_OTHERWISE: 0.4,
    Kind.PAID_SHORT: 0.35,
    Kind.PAID_TWICE: 0.4,
    Kind.APPROVE_OWN_RUN: 0.25,
    Kind.SEND_RUN_AGAIN: 0.35,
    Kind.WITHDRAW_RUN: 0.15,
    Kind.BANK_AGAIN: 0.3,
    Kind.ASK: 0.3,
}
"""How often a month, on average, each thing comes that nobody planned."""

FALLS_ON = {
    Kind.APPROVE_OWN: 3,
    Kind.WITHDRAW_FILE: 3,
    Kind.APPROVE_OWN_RUN: 25,
    Kind.WITHDRAW_RUN: 25,
}
"""What finds something to do on one day of the month only: after it was prepared, not approved."""

RHYTHM: tuple[tuple[int, Kind], ...] = (
    (1, Kind.IMPORT),
    (1, Kind.NIGHT),
    (2, Kind.CLOSE),
    (3, Kind.PREPARE),
    (4, Kind.APPROVE),
    (4, Kind.SEND),
    (9, Kind.RECEIVE),
    (10, Kind.WORK),
    (16, Kind.RECEIVE),
    (24, Kind.RECEIVE),
    (25, Kind.RUN),
    (26, Kind.APPROVE_RUN),
    (26, Kind.SEND_RUN),
    (28, Kind.BANK),
)
"""Day of the month after, and what is done then."""

CLOCK_JUMPS = 0.25
"""How often a month the clock of the machine is wrong for some steps."""
JUMPS = (-40, -3, -1, 2, 9, 45)
MOST_WRONG = 4


@dataclass(frozen=True, slots=True)
class Step:
    """One thing that happens: on which day, what, and a number to choose by.

    `off` is by how many days the clock of the machine is wrong then.
    """

    number: int
    day: date
    kind: Kind
    month: str
    pick: int
    off: int = 0

    @property
    def today(self) -> date:
        """Return the day that the machine believes it is."""
        return self.day + timedelta(days=self.off)

    def __str__(self) -> str:
        wrong = f" (klok {self.off:+d} dagen)" if self.off else ""
        return f"stap {self.number}: {self.kind} op {self.day}{wrong}"


def steps_of(seed: int, profile: str) -> list[Step]:
    """Return the life of a seed in order; step numbers count from 1."""
    random = Random(f"{profile} {seed}")  # noqa: S311 - a life is drawn, no secret
    drawn = [*_months(random)]
    drawn.sort(key=lambda step: step.day)
    steps = [replace(step, number=number) for number, step in enumerate(drawn, 1)]
    for start in range(1, len(steps)):
        if random.random() < CLOCK_JUMPS * (MONTHS + AFTER_MONTHS) / len(steps):
            off = random.choice(JUMPS)
            for at in range(start, min(start + random.randint(1, MOST_WRONG), len(steps))):
                steps[at] = replace(steps[at], off=off)
    return steps


def _months(random: Random) -> Iterator[Step]:
    first = START
    for number in range(MONTHS + AFTER_MONTHS):
        month = month_of(first)
        after = month_period(month).until
        for day, kind in RHYTHM:
            yield _step(random, after.replace(day=day), kind, month)
        if random.random() < 0.6:
            yield _step(random, after.replace(day=27), Kind.CLOSE_BOOKS, month)
        if number >= 6 and random.random() < 0.5:
            yield _step(random, after.replace(day=23), Kind.ADVANCES, month)
        if number == MONTHS + 1:
            yield _step(random, after.replace(day=20), Kind.YEAR_END, month)
        for kind, rate in TROUBLE.items():
            for _ in range(_times(random, rate)):
                day = random.randint(1, 28)
                yield _step(random, after.replace(day=FALLS_ON.get(kind, day)), kind, month)
        first = after


def _times(random: Random, rate: float) -> int:
    whole, part = divmod(rate, 1)
    return int(whole) + (random.random() < part)


def _step(random: Random, day: date, kind: Kind, month: str) -> Step:
    return Step(0, day, kind, month, random.randrange(1_000_000))
