"""Rule `problems`: lines that stand still, taken together by what probably causes it.

One woman who changed insurers is one problem, however many of her lines were refused; a tariff that
an insurer has otherwise is one problem, however many women it concerns.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

EXPIRED, NO_ANSWER, UNPAID, OTHER = "expired", "no_answer", "unpaid", "other"
REFUSED = frozenset({"refused_by_portal", "refused_by_insurer"})
SHORT = "granted_in_part"
"""What the reconciler says of a line that was granted in part, paid or not."""


@dataclass(frozen=True, slots=True)
class Cause:
    """Why lines stand still, and what mends it; `per` is what makes two of them one problem."""

    key: str
    per: str
    fixes: tuple[str, ...]
    codes: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()
    is_technical: bool = False


@dataclass(frozen=True, slots=True)
class Causes:
    """The causes that are known, in the order in which they are tried; the last fits anything."""

    known: tuple[Cause, ...]
    no_answer_days: int
    unpaid_days: int
    nearing_days: tuple[int, ...]
    meant: Mapping[str, str] = field(default_factory=dict)
    """What mends a return code, by the list of codes."""

    def __getitem__(self, key: str) -> Cause:
        return next(cause for cause in self.known if cause.key == key)


@dataclass(frozen=True, slots=True)
class Stuck:
    """A product whose claim stands still: owed and held, refused, unanswered or unpaid.

    `state` is that of its line, empty where there is none yet; `reason` a word of the reconciler,
    who looked at it on `compared_at`. `insurer` and `pregnancy` are for who reads: a name and a
    reference.
    """

    key: str
    insurer_id: int
    pregnancy_id: int
    product: str
    cents: int
    deadline: date
    state: str = ""
    reason: str = ""
    codes: tuple[str, ...] = ()
    since: date | None = None
    line_id: int | None = None
    reference: str = ""
    batch_id: int | None = None
    is_expired: bool = False
    insurer: str = ""
    pregnancy: str = ""
    woman_id: int = 0
    compared_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Problem:
    """Lines with one cause: `key` stays the same as long as the cause does."""

    key: str
    cause: str
    insurer_id: int
    codes: tuple[str, ...]
    fixes: tuple[str, ...]
    lines: tuple[Stuck, ...] = field(repr=False)
    is_technical: bool = False

    @property
    def cents(self) -> int:
        """The euros that stand still."""
        return sum(line.cents for line in self.lines)

    @property
    def insurer(self) -> str:
        """With whom."""
        return self.lines[0].insurer

    @property
    def pregnancy(self) -> str:
        """The reference of the pregnancy that it is about; empty where it is about several."""
        references = {line.pregnancy for line in self.lines}
        return references.pop() if len(references) == 1 else ""

    @property
    def deadline(self) -> date:
        """The first day on which one of its lines is too late."""
        return min(line.deadline for line in self.lines)

    @property
    def fix(self) -> str:
        """What is proposed."""
        return self.fixes[0]


def cause_of(stuck: Stuck, causes: Causes, today: date) -> Cause | None:
    """Return why a line stands still; None where it only waits as long as is usual."""
    if stuck.is_expired:
        return causes[EXPIRED]
    days = (today - stuck.since).days if stuck.since else 0
    if stuck.state == "sent":
        return causes[NO_ANSWER] if days > causes.no_answer_days else None
    if stuck.state == "granted":
        return causes[UNPAID] if days > causes.unpaid_days else None
    # What hinders now counts before what was answered then.
    for cause in causes.known:
        if stuck.reason in cause.reasons:
            return cause
    for cause in causes.known:
        if cause.codes.intersection(stuck.codes):
            return cause
    meant = {causes.meant[code] for code in stuck.codes if code in causes.meant}
    for cause in causes.known:
        if cause.meant & meant:
            return cause
    return causes[OTHER]


def problems(stuck: Iterable[Stuck], causes: Causes, today: date) -> list[Problem]:
    """Return the problems behind lines that stand still, what presses most first.

    First what is nearly too late, by its last day; then by euros.
    """
    grouped: dict[str, list[Stuck]] = defaultdict(list)
    by_key: dict[str, Cause] = {}
    for one in stuck:
        cause = cause_of(one, causes, today)
        if cause is None:
            continue
        key = _key(one, cause)
        grouped[key].append(one)
        by_key[key] = cause
    found = [_problem(key, by_key[key], lines) for key, lines in grouped.items()]
    return sorted(found, key=lambda problem: _pressing(problem, causes.nearing_days, today))


def _problem(key: str, cause: Cause, lines: list[Stuck]) -> Problem:
    lines.sort(key=lambda line: (line.deadline, line.key, line.reference))
    return Problem(
        key=key,
        cause=cause.key,
        insurer_id=lines[0].insurer_id,
        codes=tuple(sorted({code for line in lines for code in line.codes})),
        fixes=tuple(fix for fix in cause.fixes if any(is_possible(fix, line) for line in lines)),
        lines=tuple(lines),
        is_technical=cause.is_technical,
    )


def is_possible(fix: str, line: Stuck) -> bool:
    """Tell whether a fix can mend this line, by how it stands.

    What was refused, or is too late, can be let go again; what was granted in part is credited
    first. Of that only the rest is written off: what was granted is owed.
    """
    match fix:
        case "release":
            return line.is_expired or line.state in REFUSED
        case "credit":
            return line.reason == SHORT
        case "write_off":
            return line.is_expired or line.reason == SHORT or line.state in REFUSED
    return True


def _key(stuck: Stuck, cause: Cause) -> str:
    """Return a name that an address can hold: the cause, the insurer, and what it is about."""
    subject: dict[str, object] = {
        "woman": stuck.pregnancy_id,
        "product": stuck.product,
        "batch": stuck.batch_id or 0,
        "insurer": 0,
        "code": "-".join(stuck.codes) or stuck.reason or stuck.state,
    }
    return f"{cause.key}-{stuck.insurer_id}-{subject[cause.per]}"


def _pressing(
    problem: Problem, nearing_days: Sequence[int], today: date
) -> tuple[int, date, int, str]:
    """Return by what problems are put in order."""
    left = (problem.deadline - today).days
    if left <= max(nearing_days, default=0):
        return 0, problem.deadline, -problem.cents, problem.key
    return 1, today, -problem.cents, problem.key
