"""A book of claims in memory: rounds of steps and answers, without a database."""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from ooievaar.claims.rules.difference import Claimed, Owed, Step, differences

TODAY = date(2026, 3, 1)
START = datetime(2026, 1, 1, tzinfo=UTC)


def owed(key: str = "7:1", cents: int = 10_000, insurer: int = 1, **more: object) -> Owed:
    """What is owed for a product; its content says insurer and amount."""
    values: dict[str, object] = dict(
        key=key, insurer_id=insurer, contract_id=1, pregnancy_id=7, product="prenatal", phase=1,
        starts_on=date(2025, 6, 1), ends_on=date(2026, 1, 31), units=1, tariff_cents=cents,
        cents=cents, content=f"{insurer}|{cents}", person_hash="zij", deadline=date(2027, 1, 31),
    )  # fmt: skip
    return Owed(**(values | more))  # type: ignore[arg-type]


@dataclass
class Books:
    """The lines of one network, and the files they went out in."""

    lines: list[Claimed] = field(default_factory=list)
    files: list[list[Claimed]] = field(default_factory=list)
    today: date = TODAY
    moment: datetime = START

    def steps(self, *due: Owed) -> list[Step]:
        return differences(due, self.lines, self.today)

    def told(self, *due: Owed) -> list[tuple[str, int, str]]:
        """What should happen, in words: action, cents, reason."""
        return [(step.action, step.cents, step.reason) for step in self.steps(*due)]

    def claim(self, *due: Owed) -> list[Claimed]:
        """Send what should go out, in one file; the lines that went."""
        self.moment += timedelta(days=1)
        file = []
        for step in self.steps(*due):
            if step.action == "credit":
                assert step.line is not None and step.line.stands, "only what was granted"
                file.append(self._line(step.line, cents=step.cents, credits=step.line.line_id))
            elif step.action == "new":
                assert step.owed is not None
                file.append(self._new(step.owed))
            elif step.action == "resend":
                assert step.line is not None
                file.append(self._again(step.line, step.owed))
        self.files.append(file)
        return file

    def answer(self, line: Claimed, state: str, granted: int | None = None) -> None:
        self._set(line, state=state, granted_cents=granted)
        if line.is_credit and state == "granted":
            debit = next(one for one in self.lines if one.line_id == line.credits_id)
            self._set(debit, state="credited")

    def grant(self, *lines: Claimed) -> None:
        for line in lines:
            self.answer(line, "granted", line.cents)

    def release(self, line: Claimed) -> None:
        self._set(line, released=True)

    def now(self, line: Claimed) -> Claimed:
        return next(one for one in self.lines if one.line_id == line.line_id)

    def balance(self, key: str) -> int:
        """What the insurers owe for a product now."""
        return sum(
            (line.granted_cents or 0) for line in self.lines if line.key == key and line.stands
        )

    def _new(self, due: Owed) -> Claimed:
        number = len(self.lines) + 1
        line = Claimed(
            line_id=number, reference=f"R{number}", key=due.key, insurer_id=due.insurer_id,
            content=due.content, person_hash=due.person_hash, cents=due.cents, is_credit=False,
            credits_id=None, state="sent", granted_cents=None, released=False,
            claimed_at=self.moment,
        )  # fmt: skip
        self.lines.append(line)
        return line

    def _line(self, debit: Claimed, cents: int, credits: int) -> Claimed:
        number = len(self.lines) + 1
        line = replace(
            debit, line_id=number, reference=f"R{number}", cents=cents, is_credit=True,
            credits_id=credits, state="sent", granted_cents=None, released=False,
            claimed_at=self.moment,
        )  # fmt: skip
        self.lines.append(line)
        return line

    def _again(self, line: Claimed, due: Owed | None) -> Claimed:
        same = due is not None and (due.content, due.person_hash) == (
            line.content,
            line.person_hash,
        )
        if line.is_credit or same:
            self._set(line, state="sent")
            return self.now(line)
        assert due is not None
        self._set(line, state="withdrawn")
        again = replace(self._new(due), reference=line.reference)
        self.lines[-1] = again
        return again

    def _set(self, line: Claimed, **changes: object) -> None:
        at = next(n for n, one in enumerate(self.lines) if one.line_id == line.line_id)
        self.lines[at] = replace(self.lines[at], **changes)  # type: ignore[arg-type]
