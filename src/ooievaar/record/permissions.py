"""Who may see which pregnancies and activities: one set for each, from which every page starts.

Each function gives a query with exactly the rows that a workplace may see. A list, a count, a
detail, an export and a search all start from it, so that none can show more than another.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import (
    BooleanField,
    Case,
    Exists,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Value,
    When,
)
from django.db.models.functions import Coalesce
from django.utils import timezone

from ooievaar import rulebook
from ooievaar.network.models import Membership
from ooievaar.network.roles import Purpose, Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import (
    BreakGlass,
    CareActivity,
    Consent,
    Pregnancy,
    TreatmentRelation,
)
from ooievaar.record.rules.consent import TREATMENT, Said, is_presumed, verdict
from ooievaar.record.rules.elements import codes_seen_by
from ooievaar.record.women.records import her_records

Ids = QuerySet[Any, Any]
"""A query of one column of ids, to stand inside another."""

EMERGENCY = "emergency"
ADMINISTRATION = "administration"
NETWORK = "network"


@dataclass(frozen=True, slots=True)
class Access:
    """That somebody may see a pregnancy, and by what.

    `basis` is that of a treatment relation, else `emergency`, `administration` (of a practice's
    own) or `network` (the money of all). `controls` are the four checks of NEN 7513 as T or F:
    authorisation, treatment relation, consent, emergency button.
    """

    basis: str
    controls: str
    is_emergency: bool
    purpose: Purpose
    woman_id: int


def known(place_id: int | None) -> int:
    """Return the id of a place; 0, which no row has, where a role has none.

    Django reads a lookup of None as IS NULL: what belongs to nobody would then be everyone's.
    """
    return place_id or 0


def sees_identity(workplace: Workplace) -> bool:
    """Tell whether a role sees whom it concerns: name, birth date, BSN."""
    return workplace.gives_care or workplace.role is Role.PRACTICE_ADMINISTRATOR


def sees_clinical(workplace: Workplace) -> bool:
    """Tell whether a role sees more of care than codes and dates."""
    return workplace.gives_care


def pregnancies_for(workplace: Workplace, at: datetime) -> QuerySet[Pregnancy]:
    """Return the pregnancies that a workplace may see at a moment.

    Care: those its organisation treats, or in which the person is in the team, and those opened
    with the emergency button. A practice's administrator: those its organisation ever gave care
    in. Roles of the whole network: those in which a member gave care. Nobody else any.
    """
    return Pregnancy.objects.filter(pk__in=pregnancy_ids_for(workplace, at))


def activities_for(
    workplace: Workplace, at: datetime, pregnancy_id: int | None = None
) -> QuerySet[CareActivity]:
    """Return the care activities that a workplace may see at a moment, of all or of one pregnancy.

    Those that their source linked to a pregnancy. What the rules matched to one stands in
    `bundles.permissions.dispositions_for`.
    """
    activities = CareActivity.objects.filter(
        readable_activities(workplace, at),
        pregnancy_id__in=pregnancy_ids_for(workplace, at, pregnancy_id),
    )
    # Said twice: SQLite else starts from the organisation's rows.
    return activities if pregnancy_id is None else activities.filter(pregnancy_id=pregnancy_id)


def access_to(workplace: Workplace, pregnancy_id: int, at: datetime) -> Access | None:
    """Tell by what a workplace may see a pregnancy at a moment; None when it may not.

    A pregnancy that does not exist is None too, so that nobody learns which do. One query (two
    when the emergency button was used).
    """
    if not workplace.gives_care:
        seen = Pregnancy.objects.filter(pk__in=pregnancy_ids_for(workplace, at, pregnancy_id))
        found = seen.values("woman_id").first()
        if found is None:
            return None
        basis, controls = (NETWORK, "TFFF") if workplace.sees_whole_network else (
            ADMINISTRATION, "TTFF"
        )  # fmt: skip
        return Access(basis, controls, False, workplace.purpose, found["woman_id"])
    found = (
        Pregnancy.objects.filter(pk=pregnancy_id)
        .annotate(**access_columns(workplace, at, "pk"))
        .values("woman_id", *access_columns(workplace, at, "pk"))
        .first()
    )
    return access_by(workplace, found, at) if found else None


def access_columns(workplace: Workplace, at: datetime, pregnancy: str) -> dict[str, Any]:
    """Return what `access_by` asks of who gives care, as columns of a query that is made anyway.

    `pregnancy` is the name of its column with the pregnancy.
    """
    of_this = {"pregnancy_id": OuterRef(pregnancy)}
    relations = _relations(workplace, at).filter(**of_this).order_by("basis")
    return {
        "basis": Subquery(relations.values("basis")[:1]),
        "is_opened": Exists(_openings(workplace, at).filter(**of_this)),
    }


def access_by(workplace: Workplace, found: Mapping[str, Any], at: datetime) -> Access | None:
    """Tell by what who gives care may see a pregnancy, from its `access_columns` and `woman_id`.

    One query when the emergency button was used, else none.
    """
    if not (found["basis"] or found["is_opened"]):
        return None
    if not found["is_opened"]:
        return Access(found["basis"], "TTTF", False, workplace.purpose, found["woman_id"])
    relation = "T" if found["basis"] else "F"
    consent = "T" if _consents_to(workplace, found["woman_id"], bool(found["basis"])) else "F"
    controls = f"T{relation}{consent}T"
    basis = found["basis"] or EMERGENCY
    return Access(basis, controls, True, Purpose.EMERGENCY, found["woman_id"])


def pregnancy_ids_for(workplace: Workplace, at: datetime, pregnancy_id: int | None = None) -> Ids:
    """Return the ids of the pregnancies of `pregnancies_for`, to stand inside another query.

    With a `pregnancy_id` that one only, or none: a detail then reads no other rows of the set.
    """
    one = {} if pregnancy_id is None else {"pregnancy_id": pregnancy_id}
    if workplace.gives_care:
        # One set, not `this OR that`: PostgreSQL reads the whole table for the latter.
        treated = _relations(workplace, at).filter(**one).values("pregnancy_id")
        return treated.union(_openings(workplace, at).filter(**one).values("pregnancy_id"))
    care = TreatmentRelation.objects.filter(
        basis=TreatmentRelation.Basis.CARE, valid_from__lte=timezone.localdate(at), **one
    )
    if workplace.role is Role.PRACTICE_ADMINISTRATOR:
        return care.filter(organisation_id=known(workplace.organisation_id)).values("pregnancy_id")
    if workplace.sees_whole_network:
        members = members_of(workplace.network_id)
        return care.filter(organisation_id__in=members).values("pregnancy_id")
    return care.none().values("pregnancy_id")


def pregnancies_in(network_id: int | None) -> QuerySet[Pregnancy]:
    """Return the pregnancies in which a member of a network gave care: what its offices oversee."""
    care = TreatmentRelation.objects.filter(
        basis=TreatmentRelation.Basis.CARE, organisation_id__in=members_of(network_id)
    )
    return Pregnancy.objects.filter(pk__in=care.values("pregnancy_id"))


def members_of(network_id: int | None) -> Ids:
    """Return the ids of the organisations that ever had a place in the funding of a network."""
    kinds = sorted(rulebook.load().funding_kinds)
    return Membership.objects.filter(network_id=known(network_id), kind__in=kinds).values(
        "organisation_id"
    )


def readable_activities(workplace: Workplace, at: datetime, prefix: str = "") -> Q:
    """Return which activities a workplace may read, of pregnancies that it may see.

    Care: what its own organisation recorded, and of what others recorded the codes in its element
    set that consent lets through; in an emergency consent is not waited for. Roles of the whole
    network: all, as codes. A practice's administrator: what its own organisation recorded.
    `prefix` leads to the activity from the rows that are filtered, such as `activity__`; these
    rows have a `pregnancy_id` of their own.
    """
    if workplace.sees_whole_network:
        return Q()
    own = Q(**{f"{prefix}organisation_id": known(workplace.organisation_id)})
    if not workplace.gives_care:
        return own
    day = timezone.localdate(at)
    shared = shared_with(workplace, at, prefix)
    codes = codes_seen_by(rulebook.load(), workplace.role, workplace.discipline, day)
    if codes is not None:
        shared &= Q(**{f"{prefix}code__in": sorted(codes)})
    return own | shared


def shared_with(
    workplace: Workplace, at: datetime, prefix: str = "", *, is_addressed: bool = False
) -> Q:
    """Return what others recorded that consent lets through to who gives care, or an emergency.

    `prefix` leads to the row of the record from the rows that are filtered; it has a `woman` and
    an `organisation`, and the filtered rows a `pregnancy`. With `is_addressed` it was written to
    this organisation: shown, as a referral is, unless she objects.
    """
    return _consented(workplace, at, prefix, is_addressed) | Q(
        pregnancy_id__in=_openings(workplace, at).values("pregnancy_id")
    )


def said_by(woman_id: int) -> list[Said]:
    """Return everything a woman said about sharing, oldest first, on any of her records."""
    rows = Consent.objects.filter(woman_id__in=her_records(woman_id)).order_by("recorded_at", "pk")
    return [as_said(row) for row in rows]


def as_said(row: Consent) -> Said:
    """Return what a woman said as rule `consent` hears it."""
    return Said(
        said_id=row.pk,
        source_id=row.source_id,
        recipient_id=row.recipient_id,
        is_given=row.is_given,
        recorded_at=row.recorded_at,
        recipient_kind=row.recipient_kind,
        purpose=row.purpose,
    )


def _relations(workplace: Workplace, at: datetime) -> QuerySet[TreatmentRelation]:
    day = timezone.localdate(at)
    return TreatmentRelation.objects.filter(
        Q(person_id__isnull=True) | Q(person_id=workplace.person_id),
        organisation_id=known(workplace.organisation_id),
        valid_from__lte=day,
        valid_until__gt=day,
    )


def _openings(workplace: Workplace, at: datetime) -> QuerySet[BreakGlass]:
    return BreakGlass.objects.filter(
        person_id=workplace.person_id,
        organisation_id=known(workplace.organisation_id),
        role=workplace.role,
        opened_at__lte=at,
        open_until__gt=at,
    )


def _consented(workplace: Workplace, at: datetime, prefix: str, is_addressed: bool) -> Q:
    """Give the rule `consent` as SQL: what she said of this pair, else what is presumed."""
    # Not by `source_id is null`: nearly no row names a source, and a database that does not know
    # so reads what every woman said, for each row.
    here = known(workplace.organisation_id)
    said_of_sides = Consent.objects.alias(
        of=Coalesce("source_id", Value(0)), to=Coalesce("recipient_id", Value(0))
    )
    touching = said_of_sides.filter(
        Q(of=0) | Q(of=OuterRef(f"{prefix}organisation_id")),
        to__in=[0, here],
        recipient_kind__in=["", workplace.discipline],
        purpose=TREATMENT,
        woman_id__in=her_records(OuterRef(f"{prefix}woman_id")),
    )
    same_sides = said_of_sides.filter(
        woman_id__in=her_records(OuterRef("woman_id")),
        of=Coalesce(OuterRef("source_id"), Value(0)),
        to=Coalesce(OuterRef("recipient_id"), Value(0)),
        recipient_kind=OuterRef("recipient_kind"),
        purpose=TREATMENT,
    )
    # Not `unless there is a newer one`: PostgreSQL would hold what every woman said beside it.
    newest = same_sides.order_by("-recorded_at", "-pk").values("pk")[:1]
    said = (
        touching.filter(pk=Subquery(newest), is_given__isnull=False)
        .order_by(_what_is_heard_first())
        .values("is_given")[:1]
    )
    presumed = Value(True) if is_addressed else _presumed(workplace, at, prefix)
    return Q(Coalesce(Subquery(said), presumed, output_field=BooleanField()))


def _what_is_heard_first() -> Case:
    """Order the words of one pair so that the first of them is the verdict.

    A word comes after every one that beats it, an objection before every one that does not.
    """
    names_source, objects = Q(source_id__isnull=False), Q(is_given=False)
    names, names_kind = Q(recipient_id__isnull=False), ~Q(recipient_kind="")
    in_order = (
        names_source & names,
        objects & (names | (names_source & names_kind)),
        names_source & names_kind,
        objects & names_source,
        names,
        objects & names_kind,
        names_source | names_kind,
    )
    ranks = [When(words, then=Value(rank)) for rank, words in enumerate(in_order)]
    return Case(*ranks, default=Value(len(in_order)))


def _presumed(workplace: Workplace, at: datetime, prefix: str) -> Value | Exists:
    """Give true where she need not say anything: a referral opens what who referred her wrote."""
    if is_presumed(workplace.discipline):
        return Value(True)
    day = timezone.localdate(at)
    referred = TreatmentRelation.objects.filter(
        pregnancy_id=OuterRef("pregnancy_id"),
        asked_by_id=OuterRef(f"{prefix}organisation_id"),
        organisation_id=known(workplace.organisation_id),
        valid_from__lte=day,
        valid_until__gt=day,
    )
    return Exists(referred)


def _consents_to(workplace: Workplace, woman_id: int, is_treated: bool) -> bool:
    """Tell whether she lets everyone's entries be seen here, the emergency left aside."""
    said = verdict(said_by(woman_id), None, known(workplace.organisation_id), workplace.discipline)
    if said is None:
        return is_treated and is_presumed(workplace.discipline)
    return said
