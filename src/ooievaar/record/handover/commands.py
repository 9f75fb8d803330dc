"""The only code that writes referrals, their steps, and who has which duty.

Each command locks the pregnancy first: of two that come at once the second sees what the first did.
"""

from datetime import date, datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from ooievaar.network.models import Organisation, Person, Position
from ooievaar.network.roles import CARE_ROLES
from ooievaar.network.workplace import Workplace
from ooievaar.record.handover import indications
from ooievaar.record.handover.models import Phase, Referral, ReferralStep, Responsibility
from ooievaar.record.handover.queries import OUTCOMES, duties_of
from ooievaar.record.handover.rules import course
from ooievaar.record.models import Pregnancy, TreatmentRelation
from ooievaar.record.permissions import known
from ooievaar.record.relations import (
    LONGEST_QUESTION,
    Rejected,
    ask_consult,
    end_relation,
    treat_by_care,
)

State, Duty = ReferralStep.State, Responsibility.Duty
LONGEST_TEXT = 2000
LONGEST_LEAD_WHEN = 120


def ask(
    by: Workplace,
    pregnancy: Pregnancy,
    kind: str,
    *,
    to_organisation: Organisation,
    question: str,
    urgency: str,
    at: datetime,
    to_person: Person | None = None,
    indication: str = "",
    phase: int = Phase.WHOLE,
) -> Referral | Rejected:
    """Ask for advice, a look or taking over; whoever is asked sees her from now on."""
    today, question = timezone.localdate(at), question.strip()
    if not question or len(question) > LONGEST_TEXT:
        return Rejected(_("Stel een vraag van ten hoogste 2000 tekens."), "question")
    if to_organisation.pk == by.organisation_id:
        return Rejected(_("Dit is uw eigen organisatie."), "to_organisation")
    if to_person and not gives_care_in(to_organisation.pk, today).filter(person=to_person).exists():
        return Rejected(_("Deze persoon geeft daar geen zorg."), "to_person")
    if indication and indications.load().indication(indication, today) is None:
        return Rejected(_("Deze reden staat vandaag niet in de lijst."), "indication")
    if kind != Referral.Kind.TRANSFER:
        phase = Phase.WHOLE
    with transaction.atomic():
        _lock(pregnancy.pk)
        same = open_referrals(pregnancy.pk).filter(kind=kind, to_organisation=to_organisation)
        if kind != Referral.Kind.TRANSFER:
            # Two may each ask their own question; she is handed over once.
            same = same.filter(from_organisation_id=known(by.organisation_id))
        if same.filter(phase=phase).exists():
            return Rejected(_("Deze vraag staat daar al open."), "to_organisation")
        duties = duties_of(pregnancy.pk, at) if kind == Referral.Kind.TRANSFER else None
        if duties and duties.responsible(at, phase or None).organisation_id == to_organisation.pk:
            return Rejected(_("Deze organisatie is al verantwoordelijk."), "to_organisation")
        referred_by = Organisation.objects.get(pk=known(by.organisation_id))
        relation = ask_consult(pregnancy, to_organisation, _short(question), today, referred_by)
        # Rejected: an earlier question of the same organisation gave it already, and goes on.
        given = relation if isinstance(relation, TreatmentRelation) else None
        return Referral.objects.create(
            pregnancy=pregnancy,
            kind=kind,
            phase=phase,
            urgency=urgency,
            question=question,
            indication=indication,
            from_organisation_id=known(by.organisation_id),
            from_person_id=by.person_id,
            role=by.role,
            to_organisation=to_organisation,
            to_person=to_person,
            asked_at=at,
            relation=given,
        )


def answer(
    by: Workplace,
    referral: Referral,
    *,
    text: str,
    at: datetime,
    lead: str = "",
    lead_when: str = "",
    is_done: bool = True,
) -> ReferralStep | Rejected:
    """Answer advice or a consult, with who should lead and from when; `is_done` ends the access."""
    if not text.strip() or len(text) > LONGEST_TEXT:
        return Rejected(_("Geef een antwoord van ten hoogste 2000 tekens."), "text")
    return _step(
        by, referral, State.ANSWERED, at, text=text, lead=lead, lead_when=lead_when, is_done=is_done
    )


def accept(
    by: Workplace,
    referral: Referral,
    *,
    at: datetime,
    starts_at: datetime | None,
    person: Person | None = None,
    text: str = "",
) -> ReferralStep | Rejected:
    """Accept a transfer: responsible from `starts_at` on, or (None) as soon as she arrives."""
    if starts_at is None:
        return _step(by, referral, State.ACCEPTED, at, text=text)
    return take_over(by, referral, at=at, starts_at=starts_at, person=person, text=text)


def take_over(
    by: Workplace,
    referral: Referral,
    *,
    at: datetime,
    starts_at: datetime,
    person: Person | None = None,
    text: str = "",
) -> ReferralStep | Rejected:
    """Become responsible from a moment on, not before it was asked and not after now.

    Transfers that stood open to others lapse: the first to take over has her, the others are told.
    """
    today = timezone.localdate(at)
    if not referral.asked_at <= starts_at <= at:
        return Rejected(_("Kies een moment tussen de vraag en nu."), "starts_on")
    theirs = gives_care_in(referral.to_organisation_id, today)
    if person is not None and not theirs.filter(person=person).exists():
        return Rejected(_("Deze persoon geeft daar geen zorg."), "person")
    with transaction.atomic():
        step = _step(by, referral, State.TAKEN_OVER, at, text=text)
        if isinstance(step, Rejected):
            return step
        Responsibility.objects.create(
            pregnancy_id=referral.pregnancy_id,
            duty=Duty.RESPONSIBLE,
            phase=referral.phase,
            organisation_id=referral.to_organisation_id,
            person=person,
            starts_at=starts_at,
            recorded_at=at,
            recorded_by_id=by.person_id,
            referral=referral,
        )
        _treats_from_now(referral, timezone.localdate(starts_at), today)
        _let_lapse(referral, at)
        return step


def decline(
    by: Workplace, referral: Referral, *, reason: str, at: datetime
) -> ReferralStep | Rejected:
    """Say no, with a reason; a transfer that was accepted too, while she has not arrived."""
    if not reason.strip() or len(reason) > LONGEST_TEXT:
        return Rejected(_("Zeg in ten hoogste 2000 tekens waarom."), "text")
    return _step(by, referral, State.DECLINED, at, text=reason)


def withdraw(
    by: Workplace, referral: Referral, *, at: datetime, reason: str = ""
) -> ReferralStep | Rejected:
    """Take a question back that was not answered yet."""
    return _step(by, referral, State.WITHDRAWN, at, text=reason[:LONGEST_TEXT])


def end(by: Workplace, referral: Referral, *, at: datetime) -> ReferralStep | Rejected:
    """End what a consult that was answered still gives: access."""
    return _step(by, referral, State.ENDED, at)


def name_coordinator(
    by: Workplace, pregnancy: Pregnancy, position: Position, *, at: datetime
) -> Responsibility | Rejected:
    """Let somebody who treats her be the coordinator from now on."""
    today = timezone.localdate(at)
    treating = TreatmentRelation.objects.filter(
        pregnancy=pregnancy, valid_from__lte=today, valid_until__gt=today
    )
    is_here = position.role in CARE_ROLES and position.valid_from <= today < position.valid_until
    theirs = treating.filter(organisation_id=known(position.organisation_id))
    if not is_here or not any(
        person_id in (None, position.person_id)
        for person_id in theirs.values_list("person_id", flat=True)
    ):
        return Rejected(_("Deze persoon behandelt haar niet."), "person")
    with transaction.atomic():
        _lock(pregnancy.pk)
        duties = duties_of(pregnancy.pk, at)
        now = duties.coordinator(at) if duties else None
        if now and (now.person_id, now.organisation_id) == (
            position.person_id,
            position.organisation_id,
        ):
            return Rejected(_("Deze persoon coördineert al."), "person")
        return Responsibility.objects.create(
            pregnancy=pregnancy,
            duty=Duty.COORDINATOR,
            organisation_id=known(position.organisation_id),
            person_id=position.person_id,
            starts_at=at,
            recorded_at=at,
            recorded_by_id=by.person_id,
        )


def open_referrals(pregnancy_id: int) -> QuerySet[Referral]:
    """Return the referrals of a pregnancy that have no outcome yet."""
    decided = ReferralStep.objects.filter(state__in=OUTCOMES).values("referral_id")
    return Referral.objects.filter(pregnancy_id=pregnancy_id).exclude(pk__in=decided)


def gives_care_in(organisation_id: int | OuterRef, today: date) -> QuerySet[Position]:
    """Return who gives care in an organisation on a day."""
    return Position.objects.filter(
        organisation_id=organisation_id,
        role__in=sorted(CARE_ROLES),
        valid_from__lte=today,
        valid_until__gt=today,
        person__is_active=True,
    )


def sides_of(by: Workplace, referral: Referral, *, has_carers: bool) -> frozenset[str]:
    """Return on which sides of a referral somebody stands.

    Where nobody of the organisation that was asked works with this record (`has_carers` is false),
    who asked writes down what they answered: by telephone or letter.
    """
    sides = set()
    if by.organisation_id == referral.to_organisation_id:
        sides.add(course.ASKED)
    if by.organisation_id == referral.from_organisation_id:
        sides |= {course.ASKING} if has_carers else {course.ASKING, course.ASKED}
    return frozenset(sides)


def still_gives_access(referral: Referral, today: date) -> bool:
    """Tell whether the relation that a referral gave still runs."""
    return referral.relation is not None and referral.relation.valid_until > today


def _step(
    by: Workplace,
    referral: Referral,
    state: str,
    at: datetime,
    *,
    text: str = "",
    lead: str = "",
    lead_when: str = "",
    is_done: bool = True,
) -> ReferralStep | Rejected:
    """Write a step down where it can be done now, and end the access that ends with it."""
    today = timezone.localdate(at)
    with transaction.atomic():
        _lock(referral.pregnancy_id)
        before = list(referral.steps.order_by("at", "pk"))
        stands = course.state_of([step.state for step in before])
        has_access = still_gives_access(referral, today)
        possible = course.acts_on(referral.kind, stands, has_access=has_access)
        has_carers = gives_care_in(referral.to_organisation_id, today).exists()
        sides = sides_of(by, referral, has_carers=has_carers)
        if not any(act.state == state and act.side in sides for act in possible):
            return Rejected(_too_late(referral, before))
        step = ReferralStep.objects.create(
            referral=referral,
            state=state,
            at=at,
            organisation_id=by.organisation_id,
            person_id=by.person_id,
            role=by.role,
            text=text.strip(),
            lead=lead,
            lead_when=lead_when.strip()[:LONGEST_LEAD_WHEN],
        )
        if state == State.ANSWERED and referral.kind == Referral.Kind.CONSULT and is_done:
            ReferralStep.objects.create(
                referral=referral,
                state=State.ENDED,
                at=at,
                organisation_id=by.organisation_id,
                person_id=by.person_id,
                role=by.role,
            )
        if course.ends_access(referral.kind, state, is_done=is_done):
            _end_access(referral, today)
        return step


def _too_late(referral: Referral, steps: list[ReferralStep]) -> str | Promise:
    """Say why a step cannot be done: what happened meanwhile, by whom and when."""
    if not steps:
        return _("Dit kunt u hier niet doen.")
    last = steps[-1]
    words = {
        "state": State(last.state).label.lower(),
        "at": f"{timezone.localtime(last.at):%d-%m-%Y %H:%M}",
    }
    if last.state == State.LAPSED:
        first = (
            Responsibility.objects.filter(
                pregnancy_id=referral.pregnancy_id, recorded_at=last.at, referral__isnull=False
            )
            .select_related("organisation")
            .first()
        )
        if first is not None:
            return _("%(name)s nam haar op %(at)s over; deze vraag is vervallen.") % {
                "name": first.organisation.name,
                "at": words["at"],
            }
    return _("Dit kan niet meer: %(state)s op %(at)s.") % words


def _let_lapse(won: Referral, at: datetime) -> None:
    """Let the other open transfers of the same phase lapse, and end what they gave."""
    others = open_referrals(won.pregnancy_id).filter(kind=Referral.Kind.TRANSFER).exclude(pk=won.pk)
    for other in others.select_related("relation"):
        if won.phase in (Phase.WHOLE, other.phase) or other.phase == Phase.WHOLE:
            ReferralStep.objects.create(referral=other, state=State.LAPSED, at=at)
            _end_access(other, timezone.localdate(at))


def _treats_from_now(referral: Referral, since: date, today: date) -> None:
    """Let who took over treat by care, in place of by being asked."""
    treat_by_care(referral.pregnancy_id, referral.to_organisation_id, since, today)
    _end_access(referral, today)


def _end_access(referral: Referral, today: date) -> None:
    """End the relation that referrals gave, unless another one to the same still rests on it.

    That is one without an outcome, or a consult that was answered and not ended. What another
    organisation asked is another relation.
    """
    theirs = Referral.objects.filter(
        pregnancy_id=referral.pregnancy_id,
        to_organisation_id=referral.to_organisation_id,
        from_organisation_id=referral.from_organisation_id,
    )
    ended = ReferralStep.objects.filter(state=State.ENDED).values("referral_id")
    looks_on = theirs.filter(kind=Referral.Kind.CONSULT, steps__state=State.ANSWERED).exclude(
        pk__in=ended
    )
    waits = open_referrals(referral.pregnancy_id).values("pk")
    if theirs.filter(Q(pk__in=waits) | Q(pk__in=looks_on.values("pk"))).exists():
        return
    given = theirs.filter(relation__valid_until__gt=today).select_related("relation")
    for relation in {row.relation for row in given}:
        assert relation is not None, "found by its relation"
        end_relation(relation, today)


def _lock(pregnancy_id: int) -> None:
    Pregnancy.objects.select_for_update().get(pk=pregnancy_id)


def _short(question: str) -> str:
    if len(question) <= LONGEST_QUESTION:
        return question
    return f"{question[: LONGEST_QUESTION - 1]}…"
