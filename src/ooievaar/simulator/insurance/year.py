"""A region's claims, month by month: what is owed goes out, comes back, is mended and is paid.

One person prepares and another approves, every file goes through the channel, and everything that
comes back is taken in by the same commands as in a real region.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

from ooievaar.bundles.derive import Derived, derive_facts
from ooievaar.bundles.snapshot import Snapshot, read_snapshot
from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.layouts import known_layouts
from ooievaar.claims.models import Batch, LineStanding, LineState
from ooievaar.claims.owed import COLUMNS, newest_owed, owed_of
from ooievaar.claims.paying import take_payment
from ooievaar.claims.preparing import approve, prepare
from ooievaar.claims.reconciling import reconcile
from ooievaar.claims.returning import take_waiting
from ooievaar.claims.rules.difference import Owed
from ooievaar.claims.sending import send
from ooievaar.kernel.period import month_of, month_period
from ooievaar.network.models import Insurer, Network
from ooievaar.network.workplace import Workplace
from ooievaar.record import queries as record
from ooievaar.record.relations import Rejected
from ooievaar.simulator.insurance.administrator import Administrator
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.insurer import Arrival
from ooievaar.simulator.insurance.post import OtherSide, open_other_side
from ooievaar.simulator.insurance.rates import DEFAULT, InsuranceRates
from ooievaar.simulator.insurance.world import read_world

Report = Callable[[str], None]
Row = Mapping[str, Any]

PREPARED_ON, APPROVED_ON, WORKED_ON, AGAIN_ON = 3, 4, 8, 16
"""Days of the month after: what is owed is prepared, and approved; problems are taken up; what the
portal refused goes again. What was mended goes along with the next month: one run a month."""
LAST_RUN_DAYS = 10
"""So long before the last day the last files go out."""
AT = time(9, 0, tzinfo=UTC)


@dataclass(slots=True)
class ClaimsYear:
    """Both sides of the counter, and what happened so far."""

    network: Network
    clerk: Workplace
    approver: Workplace
    channel: FolderChannel
    other_side: OtherSide
    administrator: Administrator
    rows: Sequence[Row] = ()
    """The products as the last month derived them."""
    happened: Counter[str] = field(default_factory=Counter)

    def read(self, derived: Derived) -> None:
        """Take what a month derived, while it is there."""
        columns = ", ".join(f'"{name}"' for name in COLUMNS)
        found = derived.connection.sql(f"SELECT {columns} FROM products WHERE NOT is_open")  # noqa: S608
        self.rows = found.to_arrow_table().to_pylist()

    def live(self, month: str, until: date, *, is_worked: bool = True) -> None:
        """Live the month after `month`, up to `until` at most; `read` said what is owed by then.

        Without `is_worked` nobody takes up what went wrong.
        """
        first = month_period(month).until
        after = min(month_period(month_of(first)).until, until)
        prepared_on, worked_on, again_on = (
            first.replace(day=number) for number in (PREPARED_ON, WORKED_ON, AGAIN_ON)
        )
        self.receive(prepared_on)
        owed = self.reconcile(prepared_on)
        self.claim(month, prepared_on)
        if is_worked:
            self.receive(worked_on)
            self.administrator.work(worked_on, _at(worked_on))
        self.receive(min(again_on, after))
        if again_on < after and self._came_back():
            self.reconcile(again_on, owed)
            self.claim(month, again_on)
        self.receive(after)

    def finish(self, month: str, today: date) -> None:
        """Claim `month` from what the newest derivation says, and leave the rest for people.

        One file waits for approval, the others are with the insurers; the work list is of `today`.
        """
        prepared_on = max(month_period(month).until, today - timedelta(days=LAST_RUN_DAYS))
        prepared_on = min(prepared_on, today - timedelta(days=1))
        self.receive(prepared_on)
        self.reconcile(prepared_on, newest_owed(self.network))
        self.claim(month, prepared_on, unapproved=1)
        self.receive(today + timedelta(days=1))
        self.reconcile(today, newest_owed(self.network))

    def reconcile(self, today: date, owed: list[Owed] | None = None) -> list[Owed]:
        """Compare what is owed with what was claimed."""
        due = owed_of(self.rows, self.network) if owed is None else owed
        reconcile(self.network, today, owed=due, now=_at(today))
        return due

    def claim(self, month: str, today: date, *, unapproved: int = 0) -> None:
        """Prepare what can go out, have another approve it the next day, and send it.

        The last `unapproved` files are left for people.
        """
        prepared = prepare(self.network, by=self.clerk, now=_at(today), today=today, until=month)
        if isinstance(prepared, Rejected):
            return
        tomorrow = today + timedelta(days=APPROVED_ON - PREPARED_ON)
        for batch in prepared[: len(prepared) - unapproved]:
            approved = approve(batch, self.approver, _at(tomorrow))
            assert not isinstance(approved, Rejected), approved
            sent = send(batch, self.channel, _at(tomorrow))
            assert not isinstance(sent, Rejected), sent
            self.happened["files"] += 1
        self.other_side.take(self.channel.collect(), tomorrow)

    def receive(self, until: date) -> None:
        """Take in everything that arrives before a day."""
        for arrival in self.other_side.arrivals(until):
            now = _at(arrival.day)
            if arrival.payment is not None:
                self._take_payment(arrival, now)
                continue
            self.channel.answer(arrival.name, arrival.content)
            for _, taken in take_waiting(self.channel, now):
                is_taken = not isinstance(taken, tuple)
                assert is_taken == arrival.is_good, (arrival.name, taken)
                self.happened["returns" if is_taken else "returns refused"] += 1

    def _take_payment(self, arrival: Arrival, now: datetime) -> None:
        payment = arrival.payment
        assert payment is not None
        taken = take_payment(
            Batch.objects.get(invoice_number=payment.invoice),
            cents=payment.cents,
            paid_on=payment.paid_on,
            reference=payment.reference,
            now=now,
        )
        assert not isinstance(taken, Rejected), (arrival.name, taken)
        self.happened["payments"] += 1

    def _came_back(self) -> bool:
        return LineStanding.objects.filter(
            network=self.network, state=LineState.REFUSED_BY_PORTAL
        ).exists()

    def refreshed(self, snapshot: Snapshot) -> Snapshot:
        """Return a snapshot with what the administrator corrected since it was read."""
        if not self.administrator.facts_changed:
            return snapshot
        self.administrator.facts_changed = False
        return replace(
            snapshot,
            versions=record.pregnancy_versions(),
            fixed={**snapshot.fixed, "coverages": record.coverages()},
        )


def begin_year(
    network: Network,
    clerk: Workplace,
    approver: Workplace,
    folder: Path,
    *,
    seed: int = 1,
    rates: InsuranceRates = DEFAULT,
) -> ClaimsYear:
    """Open the counter: a channel in `folder`, and insurers with empty books behind it."""
    chances = Chances(seed)
    world = read_world(network, rates, chances)
    uzovis = Insurer.objects.values_list("uzovi", flat=True)
    other_side = open_other_side(uzovis, world, rates, chances, known_layouts())
    return ClaimsYear(
        network=network,
        clerk=clerk,
        approver=approver,
        channel=FolderChannel(folder),
        other_side=other_side,
        administrator=Administrator(clerk, world, other_side, rates, chances),
    )


def live_through(
    year: ClaimsYear, months: Iterable[str], until: date, report: Report | None = None
) -> None:
    """Derive and live month after month up to a day, from one reading of the database.

    Nothing is closed.
    """
    snapshot = read_snapshot(year.network)
    for month in months:
        snapshot = year.refreshed(snapshot)
        after = month_period(month).until
        derived = derive_facts(year.network, until=after, known_until=after, snapshot=snapshot)
        year.read(derived)
        derived.connection.close()
        year.live(month, until)
        if report is not None:
            told = ", ".join(f"{n} {what}" for what, n in sorted(year.happened.items()))
            report(f"{month}: {told}")


def _at(day: date) -> datetime:
    return datetime.combine(day, AT)
