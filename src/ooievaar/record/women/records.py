"""Which records are of one woman: every reader of what is hers starts from this set."""

from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

from ooievaar.record.models import Woman


def her_records(woman_id: Any) -> QuerySet[Any, Any]:
    """Return the ids of every record of a woman, that one included, to stand inside a query.

    `woman_id` is an id, or an `OuterRef` as the query that it stands in would write it. Of most
    women it is that one id.
    """
    if isinstance(woman_id, OuterRef):
        woman_id = OuterRef(OuterRef(woman_id))
    kept = Subquery(Woman.objects.filter(pk=woman_id).values(kept=Coalesce("same_as_id", "pk")))
    # Two sets, not `this OR that`: each has its index, whatever the database knows of the table.
    same = Woman.objects.filter(same_as=kept).values("pk")
    return Woman.objects.filter(pk=kept).values("pk").union(same, all=True)


def same_records() -> list[tuple[int, int]]:
    """Return of every record that is read with another: its id, and that of the other."""
    merged = Woman.objects.filter(same_as__isnull=False).order_by("pk")
    return list(merged.values_list("pk", "same_as_id"))
