"""How much handwork a lived year took: per product, from its first claim until it was paid."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.utils import timezone

from ooievaar.claims.causes import cause_book
from ooievaar.claims.models import LineStanding, LineState, Touch
from ooievaar.network.models import Network

IN_TIME = "onderweg, binnen de gewone tijd"
GONE = "niet meer verschuldigd, teruggenomen"
PAID, BY_HAND = "betaald zonder handwerk", "betaald na handwerk"
WORKED_ON = "nog niet betaald, wel in behandeling"
STUCK = {
    LineState.SENT: "langer dan gewoon onbeantwoord",
    LineState.GRANTED: "langer dan gewoon onbetaald",
    LineState.GRANTED_IN_PART: "deels toegekend",
    LineState.REFUSED_BY_PORTAL: "door het portaal teruggestuurd",
    LineState.REFUSED_BY_INSURER: "door de verzekeraar afgekeurd",
}


@dataclass(slots=True)
class Burden:
    """Products by how they fared; `by_action` and `by_touches` of those that took handwork."""

    fared: Counter[str] = field(default_factory=Counter)
    by_action: Counter[str] = field(default_factory=Counter)
    touches: int = 0

    @property
    def judged(self) -> int:
        """The products that could have been paid by now, and are owed."""
        return sum(n for word, n in self.fared.items() if word not in (IN_TIME, GONE))

    @property
    def untouched_ppm(self) -> int:
        """The part of these that was paid without anybody's hand."""
        return self.fared[PAID] * 1_000_000 // self.judged if self.judged else 1_000_000


def measure_burden(network: Network, today: date) -> Burden:
    """Measure every product that was ever claimed, by how its newest debit stands on a day."""
    burden = Burden()
    touched: dict[str, set[str]] = {}
    for key, action in Touch.objects.filter(network=network).values_list("key", "action"):
        touched.setdefault(key, set()).add(action)
        burden.touches += 1
    for key, state, since in _newest_debits(network):
        word = _fared(state, since, key in touched, today)
        burden.fared[word] += 1
        if key in touched and word not in (IN_TIME, GONE):
            burden.by_action.update(touched[key])
    return burden


def _newest_debits(network: Network) -> Iterator[tuple[str, str, datetime]]:
    rows = (
        LineStanding.objects.filter(network=network, line__is_credit=False)
        .exclude(state=LineState.WITHDRAWN)
        .order_by("line_id")
    )
    newest = {row[0]: row for row in rows.values_list("line__key", "state", "since")}
    return iter(newest.values())


def _fared(state: str, since: datetime, is_touched: bool, today: date) -> str:
    causes = cause_book().causes
    patience = {
        LineState.SENT: causes.no_answer_days,
        LineState.GRANTED: causes.unpaid_days,
        LineState.PREPARED: causes.no_answer_days,
        LineState.APPROVED: causes.no_answer_days,
    }
    if state == LineState.PAID:
        return BY_HAND if is_touched else PAID
    if state == LineState.CREDITED:
        return GONE
    days = patience.get(LineState(state))
    if days is not None and today - timezone.localdate(since) <= timedelta(days=days):
        return IN_TIME
    return WORKED_ON if is_touched else STUCK.get(LineState(state), str(state))


def burden_lines(burden: Burden) -> list[str]:
    """Return the measured burden in words, the figure first."""
    percentage = f"{burden.untouched_ppm / 10_000:.2f}".replace(".", ",")
    told = [
        f"Last: {percentage} % van {burden.judged} producten ging van registratie tot betaling "
        "zonder handwerk."
    ]
    rest = [(word, n) for word, n in burden.fared.most_common() if word != PAID]
    told += [f"  {n} {word}" for word, n in rest]
    if burden.by_action:
        done = ", ".join(f"{action} {n}" for action, n in burden.by_action.most_common())
        told.append(f"  handwerk, producten per handeling: {done}")
    return told
