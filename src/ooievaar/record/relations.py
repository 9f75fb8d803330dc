"""The only code that writes who treats whom, and what a woman said about sharing.

Whoever gives care treats; this follows from the care that was recorded, by itself. A consult and a
place in the team are asked for by whoever treats already.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction
from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Membership, Organisation, Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import (
    CareActivity,
    Consent,
    Pregnancy,
    PregnancyVersion,
    TreatmentRelation,
    Woman,
)
from ooievaar.record.permissions import known
from ooievaar.record.women.records import her_records
from ooievaar.storage.bulk import insert_rows

Basis = TreatmentRelation.Basis
CONSENT_FIELDS = ("woman_id", "source_id", "recipient_id", "is_given", "recorded_at")
LONGEST_QUESTION = 200


@dataclass(frozen=True, slots=True)
class Rejected:
    """Why something was not done, in words for who asked; `field` of the form."""

    reason: str | Promise
    field: str = ""

    def __bool__(self) -> bool:
        """Read as a failure."""
        return False


def relate(pairs: QuerySet[Any, Any]) -> int:
    """Let organisations treat, by the care they gave; return how many relations are new.

    `pairs` is a query of three columns: pregnancy, organisation, and a day of care; the earliest
    counts. A pair that has its relation keeps it. Where it was ended, care on that day or later
    begins another one: whoever gives care treats. No row passes through Python.
    """
    found, parameters = pairs.query.sql_with_params()
    table = connection.ops.quote_name(TreatmentRelation._meta.db_table)
    far = FAR_DATE.isoformat()
    with connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {table} "  # noqa: S608
            "(pregnancy_id, organisation_id, basis, valid_from, valid_until, question) "
            f"SELECT p, o, 'care', since, {_as_date('%s')}, '' FROM ("
            f"WITH found (p, o, since) AS ({found}), "
            "pairs (p, o, since, latest) AS ("
            "SELECT p, o, MIN(since), MAX(since) FROM found GROUP BY p, o) "
            # Hardly a pair had a relation that was ended: only of these each day is looked at.
            "SELECT p, o, CASE WHEN EXISTS (SELECT 1 FROM "
            f"{table} r WHERE r.pregnancy_id = p AND r.organisation_id = o AND r.basis = 'care') "
            "THEN (SELECT MIN(f.since) FROM found f WHERE f.p = pairs.p AND f.o = pairs.o "
            f"AND f.since >= (SELECT MAX(r.valid_until) FROM {table} r "
            "WHERE r.pregnancy_id = pairs.p AND r.organisation_id = pairs.o "
            "AND r.basis = 'care')) ELSE since END AS since FROM pairs "
            f"WHERE NOT EXISTS (SELECT 1 FROM {table} r WHERE r.pregnancy_id = p "
            "AND r.organisation_id = o AND r.basis = 'care' AND r.valid_until > latest)"
            ") AS news "
            # No condition on `since`: PostgreSQL would ask it of every pair, before the others.
            "WHERE TRUE "
            "ON CONFLICT DO NOTHING",
            [far, *parameters],
        )
        return int(cursor.rowcount)


def _as_date(mark: str) -> str:
    return f"CAST({mark} AS date)" if connection.vendor == "postgresql" else mark


def relate_from_care(women_ids: Iterable[int] | None = None) -> int:
    """Let organisations treat by the care and the intakes on record; return how many are new.

    Of all women or of some. Activities that their source linked to no pregnancy wait for the rules
    to match them (`bundles.commands`); what was entered in error gives nothing.
    """
    care = CareActivity.objects.filter(pregnancy__isnull=False, withdrawal__isnull=True)
    intakes = PregnancyVersion.objects.all()
    if women_ids is not None:
        chosen = list(women_ids)
        care = care.filter(woman_id__in=chosen)
        intakes = intakes.filter(pregnancy__woman_id__in=chosen)
    newest = PregnancyVersion.objects.filter(pregnancy_id=OuterRef("pregnancy_id"))
    intakes = intakes.filter(pk=Subquery(newest.order_by("-recorded_on", "-pk").values("pk")[:1]))
    by_care = care.order_by().values_list("pregnancy_id", "organisation_id", "performed_on")
    by_intake = intakes.order_by().values_list(
        "pregnancy_id", "first_intake_organisation_id", "first_intake_on"
    )
    return relate(by_care.union(by_intake, all=True))


def treat_by_care(pregnancy_id: int, organisation_id: int, since: date, today: date) -> None:
    """Let an organisation treat by care from a day on, in which it did not do so already.

    After a relation that was ended it begins another one, not before that end.
    """
    by_care = TreatmentRelation.objects.filter(
        pregnancy_id=pregnancy_id, organisation_id=organisation_id, basis=Basis.CARE
    )
    last = by_care.order_by("-valid_until").first()
    if last is not None and last.valid_until > today:
        return
    TreatmentRelation.objects.create(
        pregnancy_id=pregnancy_id,
        organisation_id=organisation_id,
        basis=Basis.CARE,
        valid_from=since if last is None else max(since, last.valid_until),
    )


def ask_consult(
    pregnancy: Pregnancy,
    organisation: Organisation,
    question: str,
    today: date,
    asked_by: Organisation | None = None,
) -> TreatmentRelation | Rejected:
    """Ask an organisation for a consult: it treats with the others until the consult is ended.

    Whoever asks, `asked_by`, refers her: what it wrote is presumed to be shown, also to who else
    needs her word. So who treats her already is asked too, once by each; without `asked_by` there
    is nothing that it would add. Where one that begins later is written down, this one runs until
    then.
    """
    question = question.strip()
    if not question or len(question) > LONGEST_QUESTION:
        return Rejected(_("Stel een vraag van ten hoogste 200 tekens."), "question")
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
        running = _treating(pregnancy, today).filter(organisation=organisation, person=None)
        if asked_by is not None:
            running = running.filter(basis=Basis.CONSULT, asked_by=asked_by)
        if running.exists():
            return Rejected(_("Deze organisatie is al betrokken."), "organisation")
        later = TreatmentRelation.objects.filter(
            pregnancy=pregnancy,
            organisation=organisation,
            basis=Basis.CONSULT,
            asked_by=asked_by,
            valid_from__gt=today,
            valid_until=FAR_DATE,
        ).first()
        return TreatmentRelation.objects.create(
            pregnancy=pregnancy,
            organisation=organisation,
            basis=Basis.CONSULT,
            valid_from=today,
            valid_until=later.valid_from if later is not None else FAR_DATE,
            question=question,
            asked_by=asked_by,
        )


def add_to_team(
    pregnancy: Pregnancy, person: Person, organisation: Organisation, today: date
) -> TreatmentRelation | Rejected:
    """Put one person in the team, working in an organisation where they give care."""
    gives_care = Position.objects.filter(
        person=person,
        organisation=organisation,
        role__in=sorted(CARE_ROLES),
        valid_from__lte=today,
        valid_until__gt=today,
    )
    if not gives_care.exists():
        return Rejected(_("Deze persoon geeft geen zorg in deze organisatie."), "person")
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
        treating = _treating(pregnancy, today).filter(organisation=organisation)
        if treating.filter(person=person).exists() or treating.filter(person=None).exists():
            return Rejected(_("Deze persoon heeft al toegang."), "person")
        return TreatmentRelation.objects.create(
            pregnancy=pregnancy,
            organisation=organisation,
            person=person,
            basis=Basis.TEAM,
            valid_from=today,
        )


def colleagues_to_name(workplace: Workplace, today: date) -> QuerySet[Position]:
    """Return who gives care today in the networks that somebody's organisation takes part in."""
    in_force = {"valid_from__lte": today, "valid_until__gt": today}
    own = Membership.objects.filter(organisation_id=known(workplace.organisation_id), **in_force)
    members = Membership.objects.filter(network_id__in=own.values("network_id"), **in_force)
    return (
        Position.objects.filter(
            organisation_id__in=members.values("organisation_id"),
            role__in=sorted(CARE_ROLES),
            person__is_active=True,
            **in_force,
        )
        .select_related("person", "organisation")
        .order_by("person__last_name", "person__first_name", "person_id")
    )


def end_relation(relation: TreatmentRelation, today: date) -> bool:
    """End a relation: from today on it gives no access; tell whether it still ran."""
    running = TreatmentRelation.objects.filter(pk=relation.pk, valid_until__gt=today)
    return bool(running.update(valid_until=max(today, relation.valid_from)))


def record_consent(
    woman: Woman,
    *,
    source: Organisation | None,
    recipient: Organisation | None,
    is_given: bool | None,
    at: datetime,
    by: Person | None,
    recipient_kind: str = "",
    purpose: str = Consent.Purpose.TREATMENT,
) -> Consent | Rejected:
    """Write down what a woman said about sharing; what she said before stays readable.

    `is_given` None takes back what she said of the same two sides for the same purpose.
    """
    if source is not None and source == recipient:
        return Rejected(_("Een organisatie ziet altijd wat zij zelf vastlegde."), "recipient")
    if recipient is not None and recipient_kind:
        return Rejected(_("Kies één organisatie, of een soort; niet allebei."), "recipient")
    sides = {
        "woman": woman,
        "source": source,
        "recipient": recipient,
        "recipient_kind": recipient_kind,
        "purpose": purpose,
    }
    hers = sides | {"woman__in": her_records(woman.pk)}
    del hers["woman"]
    last = Consent.objects.filter(**hers).order_by("-recorded_at", "-pk").first()
    if is_given is None and (last is None or last.is_given is None):
        return Rejected(_("Hierover zei zij nog niets: er is niets terug te nemen."), "said")
    return Consent.objects.create(**sides, is_given=is_given, recorded_at=at, recorded_by=by)


def add_consents(rows: Iterable[Sequence[Any]]) -> None:
    """Add what women said about sharing, as tuples in the order of `CONSENT_FIELDS`."""
    insert_rows(Consent, CONSENT_FIELDS, rows)


def _treating(pregnancy: Pregnancy, today: date) -> QuerySet[TreatmentRelation]:
    return TreatmentRelation.objects.filter(
        pregnancy=pregnancy, valid_from__lte=today, valid_until__gt=today
    )
