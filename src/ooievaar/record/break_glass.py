"""The emergency button: who may see a record without treating her, and who judges it afterwards."""

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from ooievaar.network.models import Membership
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import BreakGlass, BreakGlassReview, Pregnancy, Woman
from ooievaar.record.permissions import known, pregnancies_in
from ooievaar.record.relations import Rejected
from ooievaar.record.women.records import her_records

OPEN_FOR = timedelta(hours=24)
SHORTEST_REASON = 15
LONGEST_REASON = 400


def find_in_emergency(
    *, bsn: str = "", reference: str = "", birth_date: date | None = None
) -> Pregnancy | None:
    """Return the newest pregnancy of the woman with exactly this BSN, or reference and birth date.

    Nothing else finds anybody, so that the button is no search engine.
    """
    pregnancies = Pregnancy.objects.select_related("woman")
    if bsn:
        her = Woman.objects.filter(bsn=bsn).values_list("pk", flat=True).first()
        found = pregnancies.filter(woman__in=her_records(her or 0))
    elif reference and birth_date:
        by_woman = pregnancies.filter(woman__reference=reference, woman__birth_date=birth_date)
        by_own = pregnancies.filter(reference=reference, woman__birth_date=birth_date)
        found = by_own if by_own.exists() else by_woman
    else:
        return None
    return found.order_by("-versions__first_intake_on", "-pk").first()


def open_in_emergency(
    workplace: Workplace, pregnancy: Pregnancy, reason: str, at: datetime
) -> BreakGlass | Rejected:
    """Open a record for one person for a day, with a reason; somebody else will judge it."""
    reason = reason.strip()
    if not workplace.gives_care or workplace.organisation_id is None:
        return Rejected(_("Alleen wie zorg geeft, gebruikt de noodknop."))
    if not SHORTEST_REASON <= len(reason) <= LONGEST_REASON:
        return Rejected(_("Geef de reden in 15 tot 400 tekens."), "reason")
    return BreakGlass.objects.create(
        person_id=workplace.person_id,
        organisation_id=workplace.organisation_id,
        role=workplace.role,
        pregnancy=pregnancy,
        reason=reason,
        opened_at=at,
        open_until=at + OPEN_FOR,
    )


def openings_for(workplace: Workplace) -> QuerySet[BreakGlass]:
    """Return the uses of the button that a quality officer judges, those judged included.

    By somebody of a member of the network, or on a pregnancy in which a member gives care: whose
    record it was and whose employee it was both want to know. Never one's own.
    """
    if workplace.role is not Role.QUALITY_OFFICER:
        return BreakGlass.objects.none()
    members = Membership.objects.filter(network_id=known(workplace.network_id)).values(
        "organisation_id"
    )
    by_member = BreakGlass.objects.filter(organisation_id__in=members)
    of_ours = BreakGlass.objects.filter(pregnancy__in=pregnancies_in(workplace.network_id))
    return BreakGlass.objects.filter(
        pk__in=by_member.values("pk").union(of_ours.values("pk"))
    ).exclude(person_id=workplace.person_id)


def reviews_open(workplace: Workplace) -> QuerySet[BreakGlass]:
    """Return the uses of the button that wait for this quality officer, the oldest first."""
    return openings_for(workplace).filter(review__isnull=True).order_by("opened_at", "pk")


def reviewed(workplace: Workplace) -> QuerySet[BreakGlass]:
    """Return the uses of the button that were judged, the newest first."""
    return openings_for(workplace).filter(review__isnull=False).order_by("-opened_at", "-pk")


def review(
    workplace: Workplace, opening: BreakGlass, judgement: str, note: str, at: datetime
) -> BreakGlassReview | Rejected:
    """Judge one use of the button, once; an unjustified one says why."""
    note = note.strip()
    if judgement not in BreakGlassReview.Judgement.values:
        return Rejected(_("Kies een oordeel."), "judgement")
    if judgement == BreakGlassReview.Judgement.UNJUSTIFIED and not note:
        return Rejected(_("Zeg waarom het onterecht was."), "note")
    if not openings_for(workplace).filter(pk=opening.pk).exists():
        return Rejected(_("Over uw eigen gebruik, of dat van een ander netwerk, oordeelt u niet."))
    try:
        with transaction.atomic():
            return BreakGlassReview.objects.create(
                break_glass=opening,
                reviewer_id=workplace.person_id,
                judgement=judgement,
                note=note,
                reviewed_at=at,
            )
    except IntegrityError:
        return Rejected(_("Een ander heeft hierover al geoordeeld."))
