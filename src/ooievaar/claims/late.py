"""A person's word that a product that is too late, and never was claimed, goes after all."""

from collections.abc import Iterable
from datetime import datetime
from itertools import count
from typing import Any

from django.utils.translation import gettext_lazy as _

from ooievaar.claims.models import ClaimLine, LineState, Proposal, Release
from ooievaar.claims.preparing import LINE_FIELDS, debit_values
from ooievaar.claims.reconciling import owed_from_json
from ooievaar.claims.standing import Event, add_events, writing
from ooievaar.network.models import Network
from ooievaar.record.relations import Rejected
from ooievaar.storage.bulk import insert_rows, next_id, restart_numbering

GONE = _("Een van deze producten staat niet meer op de lijst. Vergelijk opnieuw.")


def allow_late(
    network_id: int, keys: Iterable[str], reason: str, *, person_id: int, at: datetime
) -> int | Rejected:
    """Let products go of which the last day passed, and return how many; the reason is kept.

    Each gets a line that never goes out itself, for the word to hang on: the next reconciliation
    proposes the product as new.
    """
    wanted = set(keys)
    with writing():
        found: dict[str, Any] = dict(
            Proposal.objects.filter(
                network_id=network_id,
                key__in=wanted,
                action=Proposal.Action.EXPIRED,
                line__isnull=True,
            ).values_list("key", "content__owed")
        )
        if found.keys() != wanted:
            return Rejected(GONE)
        network = Network.objects.get(pk=network_id)
        numbers = count(next_id(ClaimLine))
        rows = [
            debit_values(next(numbers), network, None, 1, owed_from_json(found[key]), "late", at)
            for key in sorted(wanted)
        ]
        insert_rows(ClaimLine, LINE_FIELDS, rows)
        restart_numbering(ClaimLine)
        add_events(
            [Event(row[0], LineState.WITHDRAWN, "late_allowed", note=reason) for row in rows],
            at,
            person_id=person_id,
        )
        Release.objects.bulk_create(
            Release(line_id=row[0], person_id=person_id, at=at, reason=reason) for row in rows
        )
    return len(rows)
