"""Whether a woman or pregnancy of a dossier is in the record already, and what is new of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from ooievaar.exchange.kernset import Dossier
from ooievaar.exchange.kernset_mapping import SAME_PREGNANCY_DAYS, Course
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.record.models import PregnancyVersion, Woman


@dataclass(frozen=True)
class KnownPregnancy:
    """A stored pregnancy: its reference and the newest of what is known of it."""

    reference: str
    newest: PregnancyVersion


def find_woman(dossiers: Sequence[Dossier]) -> Woman | None:
    """Return the stored woman of these dossiers: by BSN, else by birth date, postcode and due date.

    Raises InputRejected when the dossiers fit more than one woman.
    """
    bsns = {dossier.bsn for dossier in dossiers if dossier.bsn}
    if bsns:
        found = Woman.objects.filter(bsn__in=bsns).first()
        if found is not None:
            return found
    near: dict[int, Woman] = {}
    for dossier in dossiers:
        if dossier.born_on is None or not dossier.postcode:
            continue
        women = Woman.objects.filter(birth_date=dossier.born_on).prefetch_related(
            "pregnancies__versions"
        )
        for woman in women:
            same_place = woman.postcode.replace(" ", "").upper() == dossier.postcode
            other = bool(woman.bsn and bsns)
            if same_place and not other and _has_due_near(woman, dossier):
                near[woman.pk] = woman
    if len(near) > 1:
        raise InputRejected(
            [Fault(dossiers[0].file, None, "vrouw", f"{len(near)} vrouwen die passen",
                   "een BSN, of gegevens die bij één vrouw passen")]
        )  # fmt: skip
    return next(iter(near.values()), None)


def _has_due_near(woman: Woman, dossier: Dossier) -> bool:
    newest = (list(pregnancy.versions.all())[-1:] for pregnancy in woman.pregnancies.all())
    return any(
        abs((version.due_on - dossier.due_on).days) <= SAME_PREGNANCY_DAYS
        for versions in newest
        for version in versions
    )


def find_pregnancy(woman: Woman, course: Course) -> KnownPregnancy | None:
    """Return the stored pregnancy of the woman whose due date agrees, the nearest one first."""
    known = [
        KnownPregnancy(pregnancy.reference, newest)
        for pregnancy in woman.pregnancies.all()
        if (newest := pregnancy.versions.last()) is not None
    ]
    known = [k for k in known if abs((k.newest.due_on - course.due_on).days) <= SAME_PREGNANCY_DAYS]
    return min(
        known,
        key=lambda k: (abs((k.newest.due_on - course.due_on).days), k.reference),
        default=None,
    )


def updated(known: KnownPregnancy | None, course: Course, intake_agb: str) -> dict[str, Any] | None:
    """Return the columns of a new version, or None when the record knows all of it already.

    What the record knows stays; the dossiers fill in an earlier intake, an end where the
    pregnancy still ran, and a labour or birth that was not known.
    """
    told: dict[str, Any] = {
        "first_intake_on": course.first_intake_on,
        "first_intake_agb": intake_agb,
        "due_on": course.due_on,
        "end_kind": course.end_kind,
        "ended_on": course.ended_on,
        "ended_precision_days": course.ended_precision_days,
        "birth_on": course.birth_on,
        "children": course.children,
        "labour_on": course.labour_on,
        "labour_time": course.labour_minute,
    }
    if known is None:
        return told
    newest = known.newest
    stored: dict[str, Any] = {
        "first_intake_on": newest.first_intake_on,
        "first_intake_agb": newest.first_intake_organisation.agb,
        "due_on": newest.due_on,
        "due_precision_days": newest.due_precision_days,
        "end_kind": newest.end_kind,
        "ended_on": newest.ended_on,
        "ended_precision_days": newest.ended_precision_days,
        "birth_on": newest.birth_on,
        "children": newest.children,
        "labour_on": newest.labour_on,
        "labour_time": newest.labour_minute,
        "placenta_on": newest.placenta_on,
        "placenta_time": newest.placenta_minute,
        "entered_on": newest.entered_on,
        "exempt_reason": newest.exempt_reason or None,
    }
    merged = dict(stored)
    if course.first_intake_on < newest.first_intake_on:
        merged.update({name: told[name] for name in ("first_intake_on", "first_intake_agb")})
    if newest.end_kind == "ongoing" and course.end_kind != "ongoing":
        names = ("end_kind", "ended_on", "ended_precision_days", "birth_on", "children")
        merged.update({name: told[name] for name in names})
    if (
        merged["labour_on"] is None
        and course.labour_on is not None
        and merged["end_kind"] == "birth"
    ):
        merged.update({name: told[name] for name in ("labour_on", "labour_time")})
    return None if merged == stored else merged
