"""Women who object to learning from their care: nothing of them is in a snapshot to learn from."""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
from django.db.models.functions import Coalesce

from ooievaar.bundles.snapshot import Snapshot
from ooievaar.record.models import Consent
from ooievaar.record.permissions import as_said
from ooievaar.record.rules.consent import QUALITY


def who_object() -> set[int]:
    """Return the women who object, all of it or a part, as of now, by the record that was kept.

    Learning is presumed until she objects. Who said no to one organisation, or of what one
    recorded, is left out whole: a monitor is wider than any of them, and of half of her care the
    rules would make products that never were.
    """
    said = Consent.objects.filter(purpose=QUALITY).order_by("recorded_at", "pk")
    newest = {
        (word.her, as_said(word).sides): word.is_given
        for word in said.annotate(her=Coalesce("woman__same_as_id", "woman_id"))
    }
    return {woman_id for (woman_id, _), is_given in newest.items() if is_given is False}


def without(read: Snapshot, women: set[int]) -> tuple[Snapshot, set[int]]:
    """Leave women out of what was read; return the rest, and which pregnancies are theirs.

    An act of somebody else that is linked to a pregnancy of theirs goes too, and theirs that is
    linked to another's.
    """
    pregnancies = {*_where(read.versions, "woman_id", women)["pregnancy_id"].to_pylist()}
    acts = _where_not(_where_not(read.activities, "woman_id", women), "pregnancy_id", pregnancies)
    coverages = _where_not(read.fixed["coverages"], "woman_id", women)
    left = replace(
        read,
        versions=_where_not(read.versions, "woman_id", women),
        activities=acts,
        fixed={**read.fixed, "coverages": coverages},
    )
    return left, pregnancies


def _where(table: pa.Table, column: str, numbers: set[int]) -> pa.Table:
    return table.filter(_among(table, column, numbers))


def _where_not(table: pa.Table, column: str, numbers: set[int]) -> pa.Table:
    return table.filter(pc.invert(_among(table, column, numbers)))


def _among(table: pa.Table, column: str, numbers: set[int]) -> pa.ChunkedArray:
    """Tell of each row whether it has one of the numbers; an empty one is none of them."""
    return pc.is_in(table[column], value_set=pa.array(sorted(numbers), pa.int64()))
