"""Who she is by all her records: as the one that was kept says, completed from the others."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import CharField, F, OuterRef, Subquery, Value
from django.db.models.functions import Coalesce, NullIf

from ooievaar.record.models import Woman

LEAST: dict[str, Any] = {"name": "", "birth_date": date.min, "bsn": "", "postcode": ""}
"""Of what says who she is, what is less than anything known."""
NOTHING: dict[str, Any] = {**LEAST, "birth_date": None}
"""What stands where nobody knows it."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who she is; what no record knows is empty."""

    name: str
    birth_date: date | None
    bsn: str
    postcode: str


def who_in(rows: Iterable[Woman], woman_id: int) -> Identity:
    """Return who a woman is by all her records, whichever of them it is asked of."""
    ordered = in_reading_order(rows, woman_id)
    told: dict[str, Any] = {name: known_in(ordered, name) for name in LEAST}
    return Identity(**told)


def in_reading_order(rows: Iterable[Woman], woman_id: int) -> list[Woman]:
    """Return her records, the one that was kept first, then the one that is asked."""
    return sorted(rows, key=lambda row: (row.same_as_id is not None, row.pk != woman_id, row.pk))


def known_in(rows: Iterable[Woman], name: str) -> Any:
    """Return what the first of her records that knows it says."""
    return next((value for row in rows if (value := getattr(row, name))), NOTHING[name])


def completed(name: str, woman: str) -> Coalesce:
    """Return the same as a column of a query: `woman` leads from its rows to hers; null is unknown.

    Costs hardly anything: other records are read only where neither of these two knows it.
    """
    told: list[Any] = [F(f"{woman}__same_as__{name}"), F(f"{woman}__{name}")]
    if name != "birth_date":
        told = [NullIf(one, Value("", output_field=CharField())) for one in told]
    kept = Coalesce(OuterRef(f"{woman}__same_as_id"), OuterRef(f"{woman}_id"))
    merged = Woman.objects.filter(same_as=kept, **{f"{name}__gt": LEAST[name]}).order_by("pk")
    return Coalesce(*told, Subquery(merged.values(name)[:1]))


def identity_columns(woman: str) -> dict[str, Coalesce]:
    """Return who she is as columns of a query that is made anyway; `identity_of` reads them."""
    return {f"her_{name}": completed(name, woman) for name in LEAST}


def identity_of(row: Any) -> Identity:
    """Return who she is from a row with `identity_columns`."""
    told: dict[str, Any] = {name: row.__dict__[f"her_{name}"] for name in LEAST}
    return Identity(**{name: known or NOTHING[name] for name, known in told.items()})
