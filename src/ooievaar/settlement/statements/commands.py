"""The only code that makes statements: of one month, for everybody at once, and once."""

import hashlib
import json
from dataclasses import dataclass
from datetime import datetime

from django.db import connection
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Network, Organisation
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import writing
from ooievaar.settlement.models import Closing
from ooievaar.settlement.statements.collecting import Figures, collect, unposted, window_of
from ooievaar.settlement.statements.models import Statement
from ooievaar.storage.bulk import insert_rows

NOT_CLOSED = _("Deze maand is niet afgesloten; er is nog niets verdeeld.")
NOT_POSTED = _("De verdeling van deze maand staat nog niet in de boeken: boek haar eerst.")
LATER_MADE = _("Van een latere maand zijn er al afschriften; wat er bijkwam, staat daarin.")

FIELDS = (
    *("network_id", "organisation_id", "month", "number", "day"),
    *("figures", "sha256", "made_at"),
)


@dataclass(frozen=True, slots=True)
class Made:
    """The statements of a month: how many stand, and whether they were made now."""

    month: str
    count: int
    is_new: bool


def make_statements(network: Network, month: str, now: datetime) -> Made | Rejected:
    """Make the statements of a closed and posted month; made before, they stay as they are.

    A month whose figures change afterwards keeps its statements: what changed stands in the next.
    """
    closing = Closing.objects.filter(network=network, month=month).defer("summary").first()
    if closing is None:
        return Rejected(NOT_CLOSED, "month")
    with writing():
        made = Statement.objects.filter(network=network)
        if count := made.filter(month=month).count():
            return Made(month, count, False)
        if made.filter(month__gt=month).exists():
            return Rejected(LATER_MADE, "month")
        if unposted(closing):
            return Rejected(NOT_POSTED, "month")
        window = window_of(closing)
        figures = collect(closing, window)
        names = dict(Organisation.objects.filter(pk__in=figures).values_list("pk", "name"))
        start = f"A{network.pk}-{month[:4]}-"
        before = made.filter(number__startswith=start).count()
        day = connection.ops.adapt_datefield_value(window.day)
        rows = []
        in_order = sorted(figures, key=lambda pk: (names[pk], pk))
        for place, organisation_id in enumerate(in_order, before + 1):
            number, told = f"{start}{place:04d}", figures[organisation_id]
            rows.append(
                (
                    *(network.pk, organisation_id, month, number, day),
                    json.dumps(told),
                    seal(number, organisation_id, month, told),
                    now,
                )
            )
        insert_rows(Statement, FIELDS, rows)
    return Made(month, len(rows), True)


def months_to_make(network: Network) -> list[str]:
    """Return the closed months after the newest that has statements, the oldest first."""
    newest = Statement.objects.filter(network=network).order_by("-month")
    last = newest.values_list("month", flat=True).first() or ""
    closed = Closing.objects.filter(network=network, month__gt=last).order_by("month")
    return list(closed.values_list("month", flat=True))


def seal(number: str, organisation_id: int, month: str, figures: Figures) -> str:
    """Return the SHA-256 over a statement: whose, of which month, and every figure."""
    content = json.dumps([number, organisation_id, month, figures], sort_keys=True)
    return hashlib.sha256(content.encode()).hexdigest()


def is_whole(statement: Statement) -> bool:
    """Tell whether the figures of a statement are those that were sealed."""
    return statement.sha256 == seal(
        statement.number, statement.organisation_id, statement.month, statement.figures
    )
