"""Giving up what still stands open of a line: a person's word, with the reason."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import count
from typing import Any

from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import ClaimLine, LineStanding, LineState, Proposal
from ooievaar.claims.preparing import LINE_FIELDS, debit_values
from ooievaar.claims.reconciling import owed_from_json
from ooievaar.claims.rules.problems import REFUSED
from ooievaar.claims.rules.states import may_follow
from ooievaar.claims.standing import Event, add_events, writing
from ooievaar.network.models import Network
from ooievaar.record.relations import Rejected
from ooievaar.storage.bulk import insert_rows, next_id, restart_numbering

CHANGED = _("Een van deze regels staat intussen anders. Kijk het nog eens na.")


def write_off_lines(
    network_id: int,
    line_ids: Iterable[int],
    keys: Iterable[str],
    reason: str,
    *,
    person_id: int,
    at: datetime,
) -> int | Rejected:
    """Write lines off, and products that are too late; return how many.

    All of them or none. What is too late as it is owed now never was claimed so: it gets a line,
    so that it is counted somewhere: expired. What was granted before it changed stays as it is.
    """
    wanted = set(line_ids)
    with writing():
        too_late = _too_late(network_id, wanted)
        late = sorted({*keys, *(one.key for one in too_late if one.is_changed)})
        wanted -= {one.line_id for one in too_late if not one.is_refused}
        standings = list(
            LineStanding.objects.filter(network_id=network_id, line_id__in=wanted).order_by("pk")
        )
        if len(standings) != len(wanted) or not all(
            may_follow(one.state, LineState.WRITTEN_OFF) for one in standings
        ):
            return Rejected(CHANGED)
        made = _expired_lines(network_id, late, at)
        if made is None:
            return Rejected(CHANGED)
        events = [
            Event(
                one.line_id,
                LineState.WRITTEN_OFF,
                "written_off",
                one.batch_id,
                one.granted_cents,
                tuple(one.codes),
                reason,
            )
            for one in standings
        ]
        events += [Event(pk, LineState.EXPIRED, "expired", note=reason) for pk in made]
        add_events(events, at, person_id=person_id)
    return len(events)


@dataclass(frozen=True, slots=True)
class _TooLate:
    """A product that is too late while there is a line of it, which may say something else."""

    line_id: int
    key: str
    is_refused: bool
    is_changed: bool


def _too_late(network_id: int, line_ids: Iterable[int]) -> list[_TooLate]:
    rows = Proposal.objects.filter(
        network_id=network_id, line__in=line_ids, action=Proposal.Action.EXPIRED
    ).values_list("line_id", "key", "line__standing__state", "line__content", "content__owed")
    return [
        _TooLate(
            line_id=line_id,
            key=key,
            is_refused=state in REFUSED,
            is_changed=state not in REFUSED or content != owed["content"],
        )
        for line_id, key, state, content, owed in rows
    ]


def _expired_lines(network_id: int, keys: list[str], at: datetime) -> list[int] | None:
    """Make a line of each product that came too late; None when one is no longer proposed so."""
    found: dict[str, Any] = dict(
        Proposal.objects.filter(
            network_id=network_id,
            key__in=keys,
            action=Proposal.Action.EXPIRED,
        ).values_list("key", "content__owed")
    )
    if sorted(found) != keys:
        return None
    network, numbers = Network.objects.get(pk=network_id), count(next_id(ClaimLine))
    rows = [
        debit_values(next(numbers), network, None, 1, owed_from_json(found[key]), "late", at)
        for key in keys
    ]
    insert_rows(ClaimLine, LINE_FIELDS, rows)
    restart_numbering(ClaimLine)
    return [int(row[0]) for row in rows]
