"""The only code that says that two records are of one woman, or that they are not after all.

Nothing is moved: what was written stays where it was written, and readers take both together
(`records.her_records`). So a merge can always be undone, and loses nothing when it is. Two
pregnancies stay two: if they are one, somebody ends the one that should not have been registered
(the form `pregnancy_end`), or marks what stands in it as an error.
"""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Organisation, Person
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.entries.slots import CHANGED
from ooievaar.record.models import Pregnancy, Woman, WomanMerge, WomanSplit
from ooievaar.record.permissions import pregnancies_for
from ooievaar.record.relations import Rejected
from ooievaar.record.women.records import her_records

MERGING_ROLES = frozenset({Role.MIDWIFE, Role.GYNAECOLOGIST, Role.CLINICAL_CARER})
"""Who may say that two records are of one woman."""
LONGEST_REASON = 200


@dataclass(frozen=True, slots=True)
class Sides:
    """Two records that may be of one woman: `kept` is the one under which both will be read."""

    kept: Woman
    merged: Woman

    @property
    def differs(self) -> tuple[str, ...]:
        """The fields in which they contradict each other, both of them being known."""
        names = ("bsn", "birth_date", "name", "postcode")
        return tuple(name for name in names if _contradict(self.kept, self.merged, name))


def sides_of(one: Woman, other: Woman) -> Sides:
    """Return two records, the one to keep first: that with a BSN, else the one that was first."""
    first, second = sorted((one, other), key=lambda woman: (not woman.bsn, woman.pk))
    return Sides(first, second)


def merge_women(
    one: Woman,
    other: Woman,
    reason: str,
    *,
    workplace: Workplace,
    person: Person,
    organisation: Organisation,
    at: datetime,
) -> WomanMerge | Rejected:
    """Say that two records are of one woman: both are read as one from now on.

    For who sees a pregnancy of both. Two people with different BSNs, or birth dates, are two: who
    knows better corrects that first.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(_("Zeg in ten hoogste 200 tekens waaraan u ziet dat zij dezelfde is."),
                        "reason")  # fmt: skip
    with transaction.atomic():
        one, other = _locked(one.pk, other.pk)
        refused = _not_one(one, other)
        if refused is None:
            refused = _not_allowed(workplace, at, one, other)
        if refused is not None:
            return refused
        sides = sides_of(one, other)
        merge = WomanMerge.objects.create(
            kept=sides.kept,
            merged=sides.merged,
            reason=reason,
            by=person,
            organisation=organisation,
            at=at,
        )
        Woman.objects.filter(pk=sides.merged.pk).update(same_as=sides.kept)
        for tell in CHANGED:
            tell(sides.kept.pk, at)
    return merge


def split_women(
    merge: WomanMerge,
    reason: str,
    *,
    workplace: Workplace,
    person: Person,
    organisation: Organisation,
    at: datetime,
) -> WomanSplit | Rejected:
    """Say that two records are not of one woman after all: each is read by itself again.

    What was written meanwhile stays where it was written.
    """
    reason = reason.strip()
    if not reason or len(reason) > LONGEST_REASON:
        return Rejected(
            _("Zeg in ten hoogste 200 tekens waaraan u ziet dat zij twee mensen zijn."), "reason"
        )
    with transaction.atomic():
        kept, merged = _locked(merge.kept_id, merge.merged_id)
        if WomanSplit.objects.filter(merge=merge).exists() or merged.same_as_id != kept.pk:
            return Rejected(_("Deze twee dossiers zijn al gesplitst."), "merge")
        refused = _not_allowed(workplace, at, kept, merged)
        if refused is not None:
            return refused
        split = WomanSplit.objects.create(
            merge=merge,
            reason=reason,
            by=person,
            organisation=organisation,
            at=at,
        )
        Woman.objects.filter(pk=merged.pk).update(same_as=None)
        for woman in (kept, merged):
            for tell in CHANGED:
                tell(woman.pk, at)
    return split


def running_merges(woman_id: int) -> QuerySet[WomanMerge]:
    """Return the merges that hold of a woman, oldest first: what could be split again."""
    return (
        WomanMerge.objects.filter(
            kept__in=her_records(woman_id), merged__same_as__isnull=False, split__isnull=True
        )
        .select_related("kept", "merged", "by", "organisation")
        .order_by("at", "pk")
    )


def sees_both(workplace: Workplace, at: datetime, one: Woman, other: Woman) -> bool:
    """Tell whether somebody sees a pregnancy of each of two records."""
    women = Pregnancy.objects.filter(pk__in=pregnancies_for(workplace, at).values("pk"))
    seen = set(women.filter(woman__in=[one, other]).values_list("woman_id", flat=True))
    return {one.pk, other.pk} <= seen


def _locked(one_id: int, other_id: int) -> tuple[Woman, Woman]:
    """Return two records that nobody else changes meanwhile, always locked in the same order."""
    rows = Woman.objects.select_for_update().filter(pk__in={one_id, other_id}).order_by("pk")
    found = {row.pk: row for row in rows}
    return found[one_id], found[other_id]


def _not_one(one: Woman, other: Woman) -> Rejected | None:
    if one.pk == other.pk:
        return Rejected(_("Dit is hetzelfde dossier."), "other")
    for woman in (one, other):
        if woman.same_as_id is not None:
            return Rejected(
                _("Een van beide is al samengevoegd met een ander dossier; kies dat dossier."),
                "other",
            )
    sides = sides_of(one, other)
    if Woman.objects.filter(same_as=sides.merged).exists():
        return Rejected(
            _("Met dit dossier is al een ander samengevoegd; splits dat eerst."), "other"
        )
    if _contradict(one, other, "bsn"):
        return Rejected(_("Zij hebben elk een eigen BSN: dit zijn twee mensen."), "other")
    if _contradict(one, other, "birth_date"):
        return Rejected(
            _("Hun geboortedata verschillen. Verbeter eerst de datum die niet klopt."), "other"
        )
    return None


def _not_allowed(workplace: Workplace, at: datetime, one: Woman, other: Woman) -> Rejected | None:
    if workplace.role not in MERGING_ROLES or not sees_both(workplace, at, one, other):
        return Rejected(
            _("Alleen een verloskundige, gynaecoloog of zorgverlener in het ziekenhuis die bij "
              "beide betrokken is, voegt samen en splitst."),
            "other",
        )  # fmt: skip
    return None


def _contradict(one: Woman, other: Woman, name: str) -> bool:
    mine, theirs = getattr(one, name), getattr(other, name)
    return bool(mine and theirs and mine != theirs)
