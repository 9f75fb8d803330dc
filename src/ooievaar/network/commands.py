"""The only code that writes who takes part: networks, organisations, memberships, insurers.

Rows are tuples in the order of the `..._FIELDS` beside each command, already checked, and bring
their own ids. The database refuses memberships that overlap.
"""

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from ooievaar.network.models import Insurer, Membership, Network, Organisation, Supplier
from ooievaar.storage.bulk import add_numbered_rows

Rows = Iterable[Sequence[Any]]

NETWORK_FIELDS = ("id", "name", "kind", "agb")
ORGANISATION_FIELDS = ("id", "agb", "name", "discipline", "city")
MEMBERSHIP_FIELDS = ("id", "network_id", "organisation_id", "kind", "valid_from", "valid_until")
SUPPLIER_FIELDS = ("id", "network_id", "organisation_id", "code", "valid_from", "valid_until")
INSURER_FIELDS = ("id", "uzovi", "name", "group_name", "follows_id")


def add_networks(rows: Rows) -> None:
    """Add regional networks."""
    add_numbered_rows(Network, NETWORK_FIELDS, rows)


def add_organisations(rows: Rows) -> None:
    """Add care providers."""
    add_numbered_rows(Organisation, ORGANISATION_FIELDS, rows)


def add_memberships(rows: Rows) -> None:
    """Add memberships; one that overlaps another of the same organisation is refused."""
    add_numbered_rows(Membership, MEMBERSHIP_FIELDS, rows)


def add_suppliers(rows: Rows) -> None:
    """Add outside providers whose named care a network buys."""
    add_numbered_rows(Supplier, SUPPLIER_FIELDS, rows)


def add_insurers(rows: Rows) -> None:
    """Add insurers; `follows_id` may name one that stands further on in the rows."""
    add_numbered_rows(Insurer, INSURER_FIELDS, rows)


def end_membership(membership: Membership, until: date) -> bool:
    """End a membership: from `until` on it gives nothing more; tell whether it ran then."""
    running = Membership.objects.filter(
        pk=membership.pk, valid_from__lt=until, valid_until__gt=until
    )
    return bool(running.update(valid_until=until))
