"""Mutants that nobody noticed, beside the reasons that people gave for them."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import yaml

from mutation.trying import Tried

REASONS = Path(__file__).parent / "survivors.yaml"
KINDS = {
    "equivalent": "no facts can show a difference",
    "guarded": "only facts that the database or the rule book refuses show one",
    "speed": "the same answer, slower or in more bytes",
    "elsewhere": "noticed by tests that need a database, a browser or `make proof`",
    "open": "a test is wanting",
}
ENOUGH = 0.9
"""Part of all mutants, equivalent ones too, that tests have to notice in each room."""


@dataclass(frozen=True, slots=True)
class Reason:
    """Why mutants whose names fit a pattern may survive."""

    pattern: str
    kind: str
    why: str

    def fits(self, name: str) -> bool:
        """Tell whether it speaks of a mutant."""
        return name == self.pattern or fnmatchcase(name, self.pattern)


def read_reasons(path: Path = REASONS) -> list[Reason]:
    """Read the reasons; each names its mutants, a kind that is known, and says why."""
    rows = yaml.safe_load(path.read_text("utf-8")) or []
    reasons = [Reason(row["mutants"], row["kind"], " ".join(row["why"].split())) for row in rows]
    for reason in reasons:
        assert reason.kind in KINDS, f"{reason.pattern}: no such kind: {reason.kind}"
        assert len(reason.why) > 10, f"{reason.pattern}: say why"
    return reasons


@dataclass(frozen=True, slots=True)
class Score:
    """What came of the mutants of a room; survivors count against it whatever their reason."""

    room: str
    tried: int
    killed: int
    equivalent: int
    by_operator: dict[str, tuple[int, int]]

    @property
    def part(self) -> float:
        """Return killed of all."""
        return self.killed / self.tried if self.tried else 1.0

    @property
    def without_equivalent(self) -> float:
        """Return killed of those that any test could notice."""
        left = self.tried - self.equivalent
        return self.killed / left if left else 1.0


def reason_for(name: str, reasons: Iterable[Reason]) -> Reason | None:
    """Return the first reason that speaks of a mutant."""
    return next((reason for reason in reasons if reason.fits(name)), None)


def score(room: str, tried: list[Tried], reasons: list[Reason]) -> Score:
    """Count a room."""
    operators = Counter(_operator(one.name) for one in tried)
    killed = Counter(_operator(one.name) for one in tried if not one.survived)
    equivalent = 0
    for one in tried:
        reason = reason_for(one.name, reasons) if one.survived else None
        equivalent += one.survived and (reason is not None and reason.kind == "equivalent")
    return Score(
        room,
        len(tried),
        killed.total(),
        equivalent,
        {name: (killed[name], count) for name, count in operators.most_common()},
    )


def faults(
    tried: list[Tried], reasons: list[Reason], known: set[str], is_whole: bool
) -> Iterator[str]:
    """Yield what is wrong: nobody said why, a reason without a survivor, a tool that failed.

    `known` are the names of all mutants; a reason is only called stale where all it speaks of in
    the rooms that were tried was tried.
    """
    for one in tried:
        if one.error:
            yield f"not tried: {one.name}: {one.error}"
        elif one.survived and reason_for(one.name, reasons) is None:
            same = " (its SQL is the same)" if one.same_sql else ""
            yield f"survives without a reason: {one.name}{same}"
    alive = {one.name for one in tried if one.survived}
    seen = {one.name for one in tried}
    for reason in reasons:
        about = {name for name in known if reason.fits(name)}
        if is_whole and not about:
            yield f"stale: no mutant is called {reason.pattern}"
        elif about and about <= seen and not about & alive:
            yield f"stale: noticed now: {reason.pattern}"


def _operator(name: str) -> str:
    return name.rsplit(":", 2)[1]
