"""Live the steps of a seed one by one, hold the invariants after each, and say where it broke."""

import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from django.db.models import Max

from ooievaar.record.access_log.models import AccessEvent
from ooievaar.simulator.adversary import claiming, partners, registering, settling
from ooievaar.simulator.adversary.invariants import INVARIANTS, Area, Faults, Seen
from ooievaar.simulator.adversary.life import Followed, Life, begin
from ooievaar.simulator.adversary.rebuilding import (
    books_are_the_same,
    conclusions_are_the_same,
    her_conclusions_are_the_same,
    standings_are_the_same,
)
from ooievaar.simulator.adversary.steps import Kind, Step, steps_of

Do = Callable[[Life, Step], str]
ALONE_ONE_IN = 4
"""Of so many women who were derived alone, one is held beside a derivation of everybody."""
LOG, RECORD, CLAIMS, PAID, BOOKS = Area.LOG, Area.RECORD, Area.CLAIMS, Area.PAID, Area.BOOKS

DOING: dict[Kind, tuple[Do, Area]] = {
    Kind.IMPORT: (registering.import_file, RECORD),
    Kind.SAME_FILE: (registering.same_file, RECORD),
    Kind.SAME_CARE: (registering.same_care, RECORD),
    Kind.HELD_BACK: (registering.hold_back, RECORD),
    Kind.LATE_FILE: (registering.late_file, RECORD),
    Kind.WOMAN: (registering.new_woman, RECORD),
    Kind.CONTACT: (registering.contact, RECORD),
    Kind.CONTACT_TWICE: (registering.contact_twice, RECORD),
    Kind.CORRECT: (registering.correct, RECORD),
    Kind.IN_ERROR: (registering.in_error, RECORD),
    Kind.MISCARRIAGE: (registering.miscarriage, RECORD),
    Kind.BORN_ELSEWHERE: (registering.born_elsewhere, RECORD),
    Kind.INSURER: (registering.another_insurer, RECORD),
    Kind.LEAVE: (partners.leave, RECORD),
    Kind.JOIN: (partners.join, RECORD),
    Kind.CONTRACT: (partners.contract, RECORD),
    Kind.PRICE: (partners.price, RECORD),
    Kind.AGREEMENT: (partners.agreement, RECORD),
    Kind.NIGHT: (settling.night, Area.EVERYTHING),
    Kind.CLOSE: (settling.close, Area.EVERYTHING),
    Kind.CLOSE_AGAIN: (settling.close_again, BOOKS),
    Kind.CLOSE_BOOKS: (settling.close_books, BOOKS),
    Kind.PREPARE: (claiming.prepare_files, CLAIMS),
    Kind.APPROVE: (claiming.approve_files, LOG),
    Kind.APPROVE_OWN: (claiming.approve_own, LOG),
    Kind.WITHDRAW_FILE: (claiming.withdraw_file, CLAIMS),
    Kind.SEND: (claiming.send_files, CLAIMS),
    Kind.SEND_AGAIN: (claiming.send_again, CLAIMS),
    Kind.RECEIVE: (claiming.receive, CLAIMS | PAID),
    Kind.ANSWER_LOST: (claiming.answer_lost, LOG),
    Kind.ANSWER_AGAIN: (claiming.answer_again, CLAIMS),
    Kind.ANSWER_OTHERWISE: (claiming.answer_otherwise, CLAIMS),
    Kind.WORK: (claiming.work, CLAIMS | RECORD),
    Kind.PAID_SHORT: (claiming.paid_short, LOG),
    Kind.PAID_TWICE: (claiming.paid_twice, CLAIMS | PAID),
    Kind.RUN: (settling.run, BOOKS),
    Kind.APPROVE_RUN: (settling.approve_run_, BOOKS),
    Kind.APPROVE_OWN_RUN: (settling.approve_own_run, LOG),
    Kind.SEND_RUN: (settling.send_run_, BOOKS),
    Kind.SEND_RUN_AGAIN: (settling.send_run_again, BOOKS),
    Kind.WITHDRAW_RUN: (settling.withdraw_run_, BOOKS),
    Kind.BANK: (settling.bank, BOOKS),
    Kind.BANK_AGAIN: (settling.bank_again, BOOKS),
    Kind.ADVANCES: (settling.advances, BOOKS),
    Kind.YEAR_END: (settling.year_end, BOOKS),
    Kind.ASK: (settling.ask, BOOKS),
}
"""How each kind of step is done, and what it can touch.

`LOG`: it moves no line and no cent of ours. What broke there all the same stays broken, and is seen
after the next step.
"""


@dataclass(slots=True)
class Lived:
    """What came of a life: steps done, checks asked, and where it broke, if it did."""

    seed: int
    profile: str
    steps: int = 0
    checks: Counter[str] = field(default_factory=Counter)
    outcomes: Counter[str] = field(default_factory=Counter)
    life: Life | None = None
    broke_at: Step | None = None
    faults: list[str] = field(default_factory=list)

    @property
    def holds(self) -> bool:
        """Tell whether every invariant held after every step."""
        return self.broke_at is None

    @property
    def replay(self) -> str:
        """Return the command that lives this again up to where it broke."""
        until = self.broke_at.number if self.broke_at else self.steps
        return (
            f"ooievaar simulate --profile {self.profile} --seed {self.seed} --until {until} --check"
        )


def live(
    seed: int,
    profile: str,
    folder: Path,
    *,
    until: int | None = None,
    tell: Callable[[Step, str], None] | None = None,
) -> Lived:
    """Live a seed on an empty database up to a step; stop at the first that breaks something."""
    lived = Lived(seed, profile)
    life = lived.life = begin(seed, profile, folder)
    steps = steps_of(seed, profile)
    for step in steps[:until]:
        do, area = DOING[step.kind]
        life.followed, life.just_derived = None, False
        lived.steps += 1
        try:
            outcome = do(life, step)
        except Exception:
            outcome = "broke"
            lived.faults = [traceback.format_exc(limit=-6)]
        lived.outcomes[f"{step.kind} {outcome}"] += 1
        if tell is not None:
            tell(step, outcome)
        if outcome != registering.NOTHING and not lived.faults:
            lived.faults = _faults(life, step, area, lived.checks)
        if lived.faults:
            lived.broke_at = step
            break
    if lived.holds and life.unplaced and lived.steps == len(steps):
        lived.broke_at = step
        lived.faults = [f"nobody took {len(life.unplaced)} payments that came"]
    lived.outcomes.update(life.happened)
    return lived


def look(life: Life, step: Step) -> Seen:
    """Return what the invariants look at after a step."""
    her = _derived_alone(life)
    return Seen(
        life.network,
        life.other_side,
        life.bank,
        max(step.today, step.day),
        life.derived_to,
        her.records if her is not None else frozenset(),
        1 if life.just_derived else life.log_from,
    )


def _derived_alone(life: Life) -> Followed | None:
    return life.followed if life.followed is not None and life.followed.is_derived else None


def _faults(life: Life, step: Step, area: Area, checks: Counter[str]) -> list[str]:
    """Hold every invariant that the step could have broken, and return what does not hold."""
    seen, her = look(life, step), _derived_alone(life)
    found = []
    for name, faults in _asked(seen, life, step, area, her):
        checks[name] += 1
        try:
            found += [f"{name}: {fault}" for fault in faults]
        except Exception:
            found.append(f"{name}: {traceback.format_exc(limit=-6)}")
    life.log_from = 1 + (AccessEvent.objects.aggregate(newest=Max("number"))["newest"] or 0)
    return found


def _asked(
    seen: Seen, life: Life, step: Step, area: Area, her: Followed | None
) -> Iterator[tuple[str, Faults]]:
    """Yield what to ask: every invariant whose rows the step can touch."""
    standing = {
        **INVARIANTS,
        "standings_are_the_same": (standings_are_the_same, CLAIMS),
        "books_are_the_same": (books_are_the_same, BOOKS),
    }
    for name, (invariant, touched_by) in standing.items():
        if area & touched_by:
            yield name, invariant(seen)
    if life.just_derived and step.day.day == 1 and step.day.month % 2:
        yield "conclusions_are_the_same", conclusions_are_the_same(seen)
    if her is not None and step.pick % ALONE_ONE_IN == 0:
        faults = her_conclusions_are_the_same(seen, her.woman_id, her.until)
        yield "her_conclusions_are_the_same", faults
