"""What is known of a woman beside her record, in one query: who she is, her insurance, changes."""

from dataclasses import dataclass
from datetime import date, datetime

from ooievaar.kernel.identifiers import mask_bsn
from ooievaar.network.models import Person
from ooievaar.record.models import IdentityChange, Woman
from ooievaar.record.women.records import her_records
from ooievaar.record.women.who import LEAST, Identity, who_in

OF_INSURED = tuple(
    f"coverages__{name}"
    for name in ("pk", "insurer__name", "insurer__uzovi", "valid_from", "valid_until")
)
OF_CHANGED = tuple(
    f"identity_changes__{name}"
    for name in ("pk", "field", "was", "becomes", "reason", "at",
                 "by__first_name", "by__last_name", "by__username")
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Insured:
    """With whom she is insured in `[valid_from, valid_until)`."""

    name: str
    uzovi: str
    valid_from: date
    valid_until: date


@dataclass(frozen=True, slots=True)
class Changed:
    """A part of who she is that was completed or corrected."""

    field: str
    was: str
    becomes: str
    reason: str
    at: datetime
    by: str

    @property
    def label(self) -> str:
        """The name of what was changed."""
        return str(IdentityChange.Field(self.field).label)

    @property
    def said_was(self) -> str:
        """What stood there, as people read it."""
        return said_of(self.field, self.was)

    @property
    def said_becomes(self) -> str:
        """What stands there since."""
        return said_of(self.field, self.becomes)


def said_of(field: str, value: str) -> str:
    """Write a part of who she is as people read it: a day in Dutch, of a BSN the last digits."""
    if value and field == IdentityChange.Field.BIRTH_DATE:
        return f"{date.fromisoformat(value):%d-%m-%Y}"
    return mask_bsn(value) if value and field == IdentityChange.Field.BSN else value


def details_of(woman_id: int) -> tuple[Identity, list[Insured], list[Changed]]:
    """Return who she is, her insurance, and the changes in all her records, the newest first.

    All are a few rows, so that their product is too.
    """
    insured: dict[int, Insured] = {}
    changed: dict[int, Changed] = {}
    rows = Woman.objects.filter(pk__in=her_records(woman_id)).values_list(
        "pk", "same_as_id", *LEAST, *OF_INSURED, *OF_CHANGED
    )
    records: dict[int, Woman] = {}
    for pk, same_as_id, *values in rows:
        known = dict(zip(LEAST, values, strict=False))
        records[pk] = Woman(pk=pk, same_as_id=same_as_id, **known)
        insured_id, *rest = values[len(LEAST) :]
        changed_id, field, was, becomes, reason, at, first, last, login = rest[4:]
        if insured_id is not None and pk == woman_id:
            insured[insured_id] = Insured(*rest[:4])
        if changed_id is not None:
            by = Person(first_name=first or "", last_name=last or "", username=login or "").name
            changed[changed_id] = Changed(field, was, becomes, reason, at, by)
    return (
        who_in(records.values(), woman_id),
        sorted(insured.values(), key=lambda one: one.valid_from, reverse=True),
        [changed[pk] for pk in sorted(changed, key=lambda pk: (changed[pk].at, pk), reverse=True)],
    )
