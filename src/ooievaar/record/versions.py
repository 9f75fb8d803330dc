"""What was known of a pregnancy on a day: its newest version by then.

Somebody may have recorded a fact with a later day; until that day nobody is shown it.
"""

from datetime import date

from django.db.models import Case, Exists, IntegerField, OuterRef, Q, QuerySet, Value, When

from ooievaar.record.models import PregnancyVersion


def newest_first(today: date) -> QuerySet[PregnancyVersion]:
    """Return versions, that of one pregnancy which counts first.

    A pregnancy of which nothing was known yet is told by what became known of it.
    """
    is_later = Case(
        When(recorded_on__lte=today, then=Value(0)), default=Value(1), output_field=IntegerField()
    )
    return PregnancyVersion.objects.order_by(is_later, "-recorded_on", "-pk")


def newest_versions(today: date) -> QuerySet[PregnancyVersion]:
    """Return of every pregnancy what was known last on a day."""
    known_by_then = PregnancyVersion.objects.filter(recorded_on__lte=today)
    newer = known_by_then.filter(
        Q(recorded_on__gt=OuterRef("recorded_on"))
        | Q(recorded_on=OuterRef("recorded_on"), pk__gt=OuterRef("pk")),
        pregnancy_id=OuterRef("pregnancy_id"),
    )
    return known_by_then.filter(~Exists(newer)).order_by()
