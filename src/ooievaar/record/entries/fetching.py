"""Entries with everything that stands in them, in one query; the ORM would ask three."""

from typing import Any

from django.db.models import Case, F, QuerySet, Value, When

from ooievaar.record.entries.models import CountedActivity, Entry, Observation
from ooievaar.record.models import CareActivity

ORDER = ("recorded_at", "pk", "observations__number", "observations__pk", "counted__pk")


def fetched(entries: QuerySet[Entry], beside: QuerySet[Entry] | None = None) -> list[Entry]:
    """Return entries, oldest first, with `observations` and `counted` at hand.

    With `beside` those too, in the same query; `of_entries` then tells which are of the first.
    An entry counts as a few activities at most, so that the rows are hardly more than its values.
    Of an activity only the code is read.
    """
    # Chosen first, joined after: what she said of sharing is weighed per entry, not per value.
    ids = entries.order_by().values("pk")
    chosen = Entry.objects.filter(pk__in=ids)
    if beside is not None:
        chosen = Entry.objects.filter(pk__in=ids.union(beside.order_by().values("pk"))).annotate(
            of_entries=Case(When(pk__in=ids, then=Value(True)), default=Value(False))
        )
    rows = (
        chosen.select_related("organisation", "person")
        .annotate(
            of_observation=F("observations__pk"),
            of_element=F("observations__element"),
            of_number=F("observations__number"),
            of_value=F("observations__value"),
            of_counted=F("counted__pk"),
            of_activity=F("counted__activity_id"),
            of_code=F("counted__activity__code"),
        )
        .order_by(*ORDER)
    )
    found: dict[int, Entry] = {}
    observations: dict[int, dict[int, Observation]] = {}
    counted: dict[int, dict[int, CountedActivity]] = {}
    for row in rows:
        entry = found.setdefault(row.pk, row)
        own, counts = observations.setdefault(row.pk, {}), counted.setdefault(row.pk, {})
        of: Any = row
        if of.of_observation is not None and of.of_observation not in own:
            own[of.of_observation] = Observation(
                pk=of.of_observation,
                entry=entry,
                element=of.of_element,
                number=of.of_number,
                value=of.of_value,
            )
        if of.of_counted is not None and of.of_counted not in counts:
            code = CareActivity.from_db(row._state.db, ["id", "code"], [of.of_activity, of.of_code])
            counts[of.of_counted] = CountedActivity(pk=of.of_counted, entry=entry, activity=code)
    for key, entry in found.items():
        _keep(entry, "observations", list(observations[key].values()))
        _keep(entry, "counted", list(counted[key].values()))
    return list(found.values())


def _keep(entry: Entry, name: str, rows: list[Any]) -> None:
    """Give an entry its rows as if they had been prefetched."""
    known = getattr(entry, name).get_queryset()
    known._result_cache = rows
    known._prefetch_done = True
    cache: dict[str, Any] = entry.__dict__.setdefault("_prefetched_objects_cache", {})
    cache[name] = known
