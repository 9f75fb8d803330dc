"""Planning a meeting, putting women on its agenda, concluding and closing: the only code for it.

Who is put on the agenda is seen by the organisations that speak of her, by a consult, from that
moment until the meeting is closed or the item is taken off; who took on a task for her keeps it.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.kernel.period import FAR_DATE
from ooievaar.network.models import Organisation, Person, Position
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import known, said_by
from ooievaar.record.relations import Rejected, ask_consult, end_relation
from ooievaar.record.rules.consent import verdict
from ooievaar.record.teamwork.buddies import partners
from ooievaar.record.teamwork.in_the_record import LONGEST_CONCLUSION, enter_in_record
from ooievaar.record.teamwork.models import (
    AgendaItem,
    AgendaSharing,
    MeetingClosing,
    MeetingDecision,
    MeetingMinutes,
    MeetingOrganisation,
    PlanItem,
    TeamMeeting,
)
from ooievaar.record.teamwork.permissions import MEETING_ROLES
from ooievaar.record.teamwork.tasks import IS_OPEN, with_state
from ooievaar.record.teamwork.wording import LONGEST_TEXT, ends, worded

LONGEST_QUESTION = 200
SHORTEST_MINUTES, LONGEST_MINUTES = 5, 480
Kind = MeetingDecision.Kind


def plan_meeting(
    *,
    kind: str,
    starts_at: datetime,
    minutes: int,
    place: str,
    chair: Person,
    organisations: Sequence[Organisation],
    by: Workplace,
    at: datetime,
) -> TeamMeeting | Rejected:
    """Plan a meeting of organisations of one network; one's own always takes part."""
    if by.role not in MEETING_ROLES or by.organisation_id is None:
        return Rejected(_("Verloskundigen, gynaecologen en het ziekenhuis plannen een overleg."))
    if kind not in TeamMeeting.Kind.values:
        return Rejected(_("Kies wat voor overleg het is."), "kind")
    if (wrong := _wrong_time(starts_at, minutes, at)) is not None:
        return wrong
    today = timezone.localdate(at)
    ids = {one.pk for one in organisations} | {by.organisation_id}
    if ids - set(partners(by, today).filter(pk__in=ids).values_list("pk", flat=True)):
        return Rejected(_("Kies organisaties van uw eigen netwerk."), "organisations")
    if len(ids) < 2:
        return Rejected(_("Overleg met ten minste één andere organisatie."), "organisations")
    if (wrong := _wrong_chair(chair, ids, at)) is not None:
        return wrong
    with transaction.atomic():
        meeting = TeamMeeting.objects.create(
            kind=kind,
            starts_at=starts_at,
            minutes=minutes,
            place=place.strip()[:120],
            chair=chair,
            organisation_id=known(by.organisation_id),
            made_by_id=by.person_id,
            made_at=at,
        )
        MeetingOrganisation.objects.bulk_create(
            MeetingOrganisation(meeting=meeting, organisation_id=key) for key in sorted(ids)
        )
    return meeting


def move_meeting(
    meeting: TeamMeeting,
    *,
    starts_at: datetime,
    minutes: int,
    place: str,
    chair: Person,
    by: Workplace,
    at: datetime,
) -> TeamMeeting | Rejected:
    """Change when and where a meeting is and who leads it, while it is open."""
    for wrong in (_may_not_lead(meeting, by), _wrong_time(starts_at, minutes, at)):
        if wrong is not None:
            return wrong
    ids = set(meeting.taking_part.values_list("organisation_id", flat=True))
    if (wrong := _wrong_chair(chair, ids, at)) is not None:
        return wrong
    with transaction.atomic():
        if (wrong := _closed(meeting)) is not None:
            return wrong
        meeting.starts_at, meeting.minutes = starts_at, minutes
        meeting.place, meeting.chair = place.strip()[:120], chair
        meeting.save(update_fields=["starts_at", "minutes", "place", "chair"])
    return meeting


def put_on_agenda(
    meeting: TeamMeeting,
    pregnancy: Pregnancy,
    *,
    question: str,
    preparation: str,
    organisations: Iterable[Organisation],
    by: Workplace,
    at: datetime,
) -> AgendaItem | Rejected:
    """Let a meeting speak about her; the organisations chosen see her record until it is closed.

    Rejected when she objects to sharing with one of them: her objection wins.
    """
    kept = worded(question, LONGEST_QUESTION, "question")
    prepared = worded(preparation, LONGEST_TEXT, "preparation", is_required=False)
    for one in (kept, prepared):
        if isinstance(one, Rejected):
            return one
    taking_part = set(meeting.taking_part.values_list("organisation_id", flat=True))
    speaking = {one.pk: one for one in organisations}
    if by.organisation_id not in taking_part or speaking.keys() - taking_part:
        return Rejected(_("Kies uit wie aan dit overleg deelneemt."), "organisations")
    speaking.pop(by.organisation_id, None)
    if not speaking:
        return Rejected(_("Kies met wie u over haar spreekt."), "organisations")
    said = said_by(pregnancy.woman_id)
    for organisation in speaking.values():
        if verdict(said, by.organisation_id, organisation.pk, organisation.discipline) is False:
            words = _("Zij heeft er bezwaar tegen dat %(name)s leest wat u schrijft.")
            return Rejected(words % {"name": organisation.name}, "organisations")
    assert isinstance(kept, str) and isinstance(prepared, str)
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=pregnancy.pk)
        if (wrong := _closed(meeting)) is not None:
            return wrong
        if AgendaItem.objects.filter(meeting=meeting, pregnancy=pregnancy).exists():
            return Rejected(_("Zij staat al op de agenda van dit overleg."), "meeting")
        item = AgendaItem.objects.create(
            meeting=meeting,
            woman_id=pregnancy.woman_id,
            pregnancy=pregnancy,
            question=kept,
            preparation=prepared,
            organisation_id=known(by.organisation_id),
            person_id=by.person_id,
            role=by.role,
            put_at=at,
        )
        for organisation in speaking.values():
            _share(item, organisation, at)
    return item


def conclude(
    item: AgendaItem,
    kind: str,
    conclusion: str,
    *,
    by: Workplace,
    at: datetime,
    replaces: MeetingDecision | None = None,
) -> MeetingDecision | Rejected:
    """Write down what was decided about her; what was discussed becomes an entry of her record.

    Before the closing by any organisation that speaks of her, after it as a correction only.
    """
    is_discussed = kind == Kind.DISCUSSED
    kept = worded(conclusion, LONGEST_CONCLUSION, "conclusion", is_required=is_discussed)
    if isinstance(kept, Rejected):
        return kept
    if by.role not in MEETING_ROLES:
        return Rejected(_("Verloskundigen, gynaecologen en het ziekenhuis leggen dit vast."))
    if kind not in Kind.values:
        return Rejected(_("Kies wat er gebeurde."), "kind")
    if is_discussed and at < item.meeting.starts_at:
        return Rejected(_("Het overleg is nog niet begonnen."), "kind")
    with transaction.atomic():
        Pregnancy.objects.select_for_update().get(pk=item.pregnancy_id)
        newest = item.decisions.filter(replaced_by__isnull=True).first()
        if newest != replaces:
            return Rejected(_("Iemand anders legde intussen iets vast; lees dat eerst."), "kind")
        if newest is None and (wrong := _closed(item.meeting)) is not None:
            return wrong
        if newest is not None and newest.kind != kind:
            return Rejected(_("Verbeter de tekst; wat er gebeurde, blijft staan."), "kind")
        entry = None
        if is_discussed:
            former = newest.entry if newest is not None else None
            entered = enter_in_record(item, kept, by=by, at=at, replaces=former)
            if isinstance(entered, Rejected):
                return entered
            entry = entered
        decision = MeetingDecision.objects.create(
            item=item,
            kind=kind,
            conclusion=kept,
            entry=entry,
            replaces=newest,
            organisation_id=known(by.organisation_id),
            person_id=by.person_id,
            role=by.role,
            decided_at=at,
        )
        if kind != Kind.DISCUSSED:
            _end_sharing([item], at)
    return decision


def write_minutes(
    meeting: TeamMeeting, text: str, *, by: Workplace, at: datetime
) -> MeetingMinutes | Rejected:
    """Add to the minutes; after the closing it reads as a correction."""
    kept = worded(text, LONGEST_TEXT, "text")
    if isinstance(kept, Rejected):
        return kept
    return MeetingMinutes.objects.create(
        meeting=meeting,
        text=kept,
        person_id=by.person_id,
        organisation_id=known(by.organisation_id),
        written_at=at,
    )


def close_meeting(
    meeting: TeamMeeting, *, by: Workplace, at: datetime
) -> MeetingClosing | Rejected:
    """End a meeting: what was shared for it ends, except with who took on a task for her."""
    if (wrong := _may_not_lead(meeting, by)) is not None:
        return wrong
    if at < meeting.starts_at:
        return Rejected(_("Het overleg is nog niet begonnen."))
    with transaction.atomic():
        if (wrong := _closed(meeting)) is not None:
            return wrong
        closing = MeetingClosing.objects.create(
            meeting=meeting, person_id=by.person_id, closed_at=at
        )
        _end_sharing(meeting.items.all(), at)
    return closing


def may_lead(meeting: TeamMeeting, by: Workplace) -> bool:
    """Tell whether somebody may move and close a meeting: the chair, or who planned it."""
    is_organiser = meeting.organisation_id == by.organisation_id and by.role in MEETING_ROLES
    return is_organiser or meeting.chair_id == by.person_id


def _wrong_time(starts_at: datetime, minutes: int, at: datetime) -> Rejected | None:
    if not SHORTEST_MINUTES <= minutes <= LONGEST_MINUTES:
        return Rejected(_("Een overleg duurt 5 tot 480 minuten."), "minutes")
    if ends(starts_at, minutes) < at:
        return Rejected(_("Kies een moment dat nog komt."), "day")
    return None


def _wrong_chair(chair: Person, organisation_ids: Iterable[int], at: datetime) -> Rejected | None:
    today = timezone.localdate(at)
    works = Position.objects.filter(
        person=chair,
        organisation_id__in=list(organisation_ids),
        role__in=sorted(MEETING_ROLES),
        valid_from__lte=today,
        valid_until__gt=today,
    )
    if works.exists():
        return None
    return Rejected(_("De voorzitter werkt bij een van de deelnemers."), "chair")


def _may_not_lead(meeting: TeamMeeting, by: Workplace) -> Rejected | None:
    if may_lead(meeting, by):
        return None
    return Rejected(_("De voorzitter, of wie het overleg plande, doet dit."))


def _closed(meeting: TeamMeeting) -> Rejected | None:
    """Return that a meeting is closed; the lock keeps it as it is found for this transaction."""
    TeamMeeting.objects.select_for_update().get(pk=meeting.pk)
    if MeetingClosing.objects.filter(meeting=meeting).exists():
        return Rejected(_("Het overleg is afgesloten; er zijn alleen nog verbeteringen."))
    return None


def _share(item: AgendaItem, organisation: Organisation, at: datetime) -> None:
    """Let an organisation see her for this item, where it does not treat her already."""
    today = timezone.localdate(at)
    asked = ask_consult(item.pregnancy, organisation, item.question, today, item.organisation)
    relation: TreatmentRelation | None = None
    if isinstance(asked, Rejected):
        # Another agenda may have given what it has: this meeting then needs it as well.
        others = AgendaSharing.objects.filter(
            item__pregnancy=item.pregnancy,
            organisation=organisation,
            relation__valid_until=FAR_DATE,
        ).select_related("relation")
        other = others.first()
        relation = other.relation if other is not None else None
    else:
        relation = asked
    AgendaSharing.objects.create(item=item, organisation=organisation, relation=relation)


def _end_sharing(items: Iterable[AgendaItem], at: datetime) -> None:
    """End the consults that these items gave, unless another agenda or a task still needs them."""
    ending = {item.pk for item in items}
    shared = AgendaSharing.objects.filter(
        item_id__in=ending, relation__isnull=False, relation__valid_until=FAR_DATE
    )
    for one in shared.select_related("relation"):
        assert one.relation is not None
        needed = AgendaSharing.objects.filter(
            relation_id=one.relation_id, item__meeting__closing__isnull=True
        ).exclude(item_id__in=ending)
        still = needed.exclude(item__decisions__kind__in=(Kind.WITHDRAWN, Kind.POSTPONED)).exists()
        if not still and not _has_task(one.relation):
            end_relation(one.relation, timezone.localdate(at))


def _has_task(relation: TreatmentRelation) -> bool:
    owned = PlanItem.objects.filter(
        pregnancy_id=relation.pregnancy_id, owner_organisation_id=relation.organisation_id
    )
    return with_state(owned).filter(IS_OPEN).exists()
