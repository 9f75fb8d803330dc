"""What should go out now: the difference between what is owed and what was claimed.

Every product is looked at by itself, under its key. A granted line that no longer fits is credited
whole, at the granted amount, and claimed anew in the same round, the credit first. What the portal
refused goes again under its own reference. What the insurer refused, or granted in part, stays
until what is owed changes or a person releases it. While a line is under way its product waits: so
no file ever holds a first debit together with its own credit, and nothing is credited that was not
granted.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from ooievaar.claims.rules.states import GIVEN_UP, STANDS, UNDER_WAY, WAITS_FOR


@dataclass(frozen=True, slots=True)
class Owed:
    """What follows from the care for one product; `content` is a hash of what would be claimed.

    `hindrance` says why it cannot be claimed now (empty: it can); after `deadline` it is too late.
    """

    key: str
    insurer_id: int
    contract_id: int
    pregnancy_id: int
    product: str
    phase: int
    starts_on: date
    ends_on: date
    units: int
    tariff_cents: int
    cents: int
    content: str
    person_hash: str
    deadline: date
    hindrance: str = ""
    minutes: int = 0
    rule: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A line as it was claimed and as it stands; `credits_id` is the debit a credit takes back."""

    line_id: int
    reference: str
    key: str
    insurer_id: int
    content: str
    person_hash: str
    cents: int
    is_credit: bool
    credits_id: int | None
    state: str
    granted_cents: int | None
    released: bool
    claimed_at: datetime

    @property
    def stands(self) -> bool:
        """Tell whether the insurer owes or paid something for this debit now."""
        return not self.is_credit and self.state in STANDS and (self.granted_cents or 0) > 0


@dataclass(frozen=True, slots=True)
class Step:
    """What is to happen with a product, and why, in a word.

    `line` is the line it is about: the debit to credit, the line that goes again, waits or stays,
    or the one that a new line comes after.
    """

    action: str
    key: str
    owed: Owed | None
    line: Claimed | None
    cents: int
    reason: str


def differences(owed: Iterable[Owed], claimed: Iterable[Claimed], today: date) -> list[Step]:
    """Return what is to happen with every product that is owed or was claimed, by key."""
    lines: dict[str, list[Claimed]] = defaultdict(list)
    for line in claimed:
        lines[line.key].append(line)
    by_key = {one.key: one for one in owed if one.cents > 0}
    steps: list[Step] = []
    for key in sorted(by_key.keys() | lines.keys()):
        history = sorted(lines.get(key, ()), key=lambda line: line.line_id)
        steps.extend(_product(key, by_key.get(key), history, today))
    return steps


def _product(
    key: str, owed: Owed | None, history: Sequence[Claimed], today: date
) -> Iterator[Step]:
    under_way = [line for line in history if line.state in UNDER_WAY]
    if under_way:
        yield from (
            Step("wait", key, owed, line, line.cents, WAITS_FOR[line.state]) for line in under_way
        )
        return
    standing = [line for line in history if line.stands]
    kept = _kept(owed, standing)
    to_credit = [line for line in standing if line is not kept]
    if kept is not None and owed is not None and not to_credit:
        yield from _short(owed, kept)
        return
    refused = _refused_credits(to_credit, history)
    if refused:
        yield from (Step("hold", key, owed, line, line.cents, "credit_refused") for line in refused)
        return
    if owed is not None and kept is None:
        claim = _claim(owed, history, today)
        if claim is None or claim.action in ("hold", "expired"):
            # Not credited either: what stands is better than nothing.
            yield from (claim,) if claim else ()
            return
        yield from _credits(owed, to_credit, history)
        yield claim
        return
    yield from _credits(owed, to_credit, history)


def _kept(owed: Owed | None, standing: Sequence[Claimed]) -> Claimed | None:
    """Return the granted line that is what is owed, if a person did not ask to claim it anew."""
    if owed is None:
        return None
    fitting = [line for line in standing if line.content == owed.content]
    full = [line for line in fitting if (line.granted_cents or 0) >= line.cents]
    settled = [line for line in fitting if not line.released or line.state == "written_off"]
    found = full or settled
    return found[-1] if found else None


def _short(owed: Owed, kept: Claimed) -> Iterator[Step]:
    missing = kept.cents - (kept.granted_cents or 0)
    if missing > 0 and kept.state != "written_off":
        yield Step("hold", owed.key, owed, kept, missing, "granted_in_part")


def _refused_credits(to_credit: Sequence[Claimed], history: Sequence[Claimed]) -> list[Claimed]:
    """Return the credits that the insurer refused and that nobody released."""
    newest = (_credit_of(line, history) for line in to_credit)
    return [
        credit
        for credit in newest
        if credit is not None
        and credit.state in ("refused_by_insurer", "written_off", "expired")
        and not credit.released
    ]


def _credit_of(debit: Claimed, history: Sequence[Claimed]) -> Claimed | None:
    """Return the newest credit of a debit that was not taken back."""
    found = [
        line
        for line in history
        if line.credits_id == debit.line_id and line.state not in ("withdrawn",)
    ]
    return found[-1] if found else None


def _credits(
    owed: Owed | None, to_credit: Sequence[Claimed], history: Sequence[Claimed]
) -> Iterator[Step]:
    for line in to_credit:
        before = _credit_of(line, history)
        if before is not None and before.state == "refused_by_portal":
            yield Step("resend", line.key, owed, before, before.cents, "refused_by_portal")
            continue
        reason = "no_longer_owed" if owed is None else _why_credited(owed, line)
        yield Step("credit", line.key, owed, line, line.granted_cents or 0, reason)


def _why_credited(owed: Owed, line: Claimed) -> str:
    if line.content == owed.content:
        return "released" if line.released else "doubled"
    return "other_insurer" if line.insurer_id != owed.insurer_id else "changed"


def _claim(owed: Owed, history: Sequence[Claimed], today: date) -> Step | None:
    """Return how what is owed is claimed now, as no granted line covers it; None: settled."""
    debits = [line for line in history if not line.is_credit]
    last = next((line for line in reversed(debits) if line.state != "withdrawn"), None)

    def step(action: str, reason: str) -> Step:
        return Step(action, owed.key, owed, last, owed.cents, reason)

    reason = "first" if last is None else "changed"
    same = last is not None and not last.stands and last.content == owed.content
    if last is not None and same and last.state in GIVEN_UP and not last.released:
        return None
    # Whatever else keeps it, what is too late cannot go without a person's word.
    if owed.deadline < today and not any(line.released for line in debits[-1:]):
        return step("expired", "deadline_passed")
    if last is not None and same and not last.released:
        answered = last.state == "refused_by_insurer" or last.state in STANDS
        if answered and last.person_hash == owed.person_hash:
            return step("hold", "refused_by_insurer")
    if owed.hindrance:
        return step("hold", owed.hindrance)
    if last is not None and last.state == "refused_by_portal":
        return step("resend", "refused_by_portal")
    if last is not None and last.released:
        reason = "released"
    elif last is not None and last.state == "credited":
        reason = "owed_again"
    elif last is not None and last.content == owed.content:
        reason = "person_changed"
    return step("new", reason)
