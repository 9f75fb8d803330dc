"""What lies between us and the insurers: what goes out, and everything that comes back by day."""

import heapq
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import date, timedelta

from ooievaar.simulator.insurance.answers import Layouts, rows_of
from ooievaar.simulator.insurance.books import InsurerBooks
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.insurer import Arrival, Insurer, Kind
from ooievaar.simulator.insurance.portal import Passed, Portal
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.verdicts import Judge
from ooievaar.simulator.insurance.world import World

PORTAL_DAYS = 1


@dataclass(slots=True)
class OtherSide:
    """The portal and the insurers by UZOVI, with what they sent and what has not arrived yet."""

    portal: Portal
    insurers: dict[str, Insurer]
    underway: list[tuple[date, int, Arrival]] = field(default_factory=list)
    arrived: set[str] = field(default_factory=set)
    """Invoices of which the insurer's answer is with us."""
    sent: int = 0

    def take(self, files: Iterable[tuple[str, bytes]], today: date) -> int:
        """Let the portal take the files that it has not seen; return how many."""
        taken = 0
        for name, content in files:
            if name in self.portal.seen:
                continue
            taken += 1
            passed = self.portal.receive(name, content, today)
            tomorrow = today + timedelta(days=PORTAL_DAYS)
            if isinstance(passed, Passed):
                self.expect(self.insurers[passed.uzovi].receive(passed, tomorrow))
            else:
                self.expect([Arrival(tomorrow, Kind.RETURN, f"P_{name}", passed, sent=content)])
        return taken

    def expect(self, arrivals: Iterable[Arrival]) -> None:
        """Let these arrive on their days; those of one day in the order in which they left."""
        for arrival in arrivals:
            self.sent += 1
            heapq.heappush(self.underway, (arrival.day, self.sent, arrival))

    def arrivals(self, until: date) -> Iterator[Arrival]:
        """Give what arrives before a day, the earliest first; money leaves the books with it."""
        while self.underway and self.underway[0][0] < until:
            arrival = heapq.heappop(self.underway)[2]
            if arrival.payment is not None:
                self.insurers[arrival.payment.uzovi].pay(arrival.payment)
            elif arrival.invoice:
                self.arrived.add(arrival.invoice)
            yield arrival

    def ask(self, uzovi: str, invoice: str, today: date) -> bool:
        """Ring an insurer about a file; tell whether it had been left lying there."""
        found = self.insurers[uzovi].asked_about(invoice, today)
        self.expect(found)
        return bool(found)

    @property
    def refused_underway(self) -> set[str]:
        """The references of lines that the portal refuses in answers that have not arrived."""
        waiting = (arrival.sent for _, _, arrival in self.underway if arrival.sent)
        return {
            row.reference for content in waiting for row in rows_of(self.portal.layouts, content)
        }

    @property
    def books(self) -> dict[str, InsurerBooks]:
        """The books of every insurer."""
        return {uzovi: insurer.books for uzovi, insurer in self.insurers.items()}


def open_other_side(
    uzovis: Iterable[str], world: World, rates: InsuranceRates, chances: Chances, layouts: Layouts
) -> OtherSide:
    """Return a portal and insurers with empty books."""
    return OtherSide(
        portal=Portal(rates, chances, layouts),
        insurers={
            uzovi: Insurer(Judge(uzovi, world, rates, chances), InsurerBooks(uzovi), layouts)
            for uzovi in sorted(uzovis)
        },
    )
