"""A partner leaves its network: it keeps what law requires, and loses the rest.

Its own file it keeps, readable for its own people (`entries.permissions.own_file_of`): whoever
treated somebody keeps the file for twenty years (WGBO, 7:454 lid 3 BW). What others wrote it saw
because it treated her together with them (7:457 lid 2 BW); that ends with the treating. So from the
day of leaving its relations with women end, those excepted of whom it is still responsible: care
is not dropped, and is handed over first. To whom it gave care on that day or after, it ends on the
day after that. New care later, asked of it or in an emergency, begins another relation. What it was
sent, such as a letter, is in its own file.
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Case, F, OuterRef, QuerySet, Subquery, When
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ooievaar.network.commands import end_membership
from ooievaar.network.models import Membership, Network, Organisation
from ooievaar.record.handover.queries import duties_for
from ooievaar.record.models import CareActivity, Pregnancy, PregnancyVersion, TreatmentRelation
from ooievaar.record.relations import Rejected
from ooievaar.record.versions import newest_first

Basis = TreatmentRelation.Basis
ONE_DAY = timedelta(days=1)
LIES_IN_FOR = timedelta(days=42)
"""So long after the end of a pregnancy somebody is still responsible for her (provisional)."""


@dataclass(frozen=True, slots=True)
class Left:
    """What came of leaving: pregnancies no longer seen, and those still to be handed over."""

    ended: int
    to_hand_over: frozenset[int]


def leave_network(
    network: Network, organisation: Organisation, until: date, *, at: datetime
) -> Left | Rejected:
    """End a membership with what it gave; again later, for the women handed over since.

    With who stays in another network of its own it goes on treating the women it has there.
    """
    if until > timezone.localdate(at):
        return Rejected(
            _("Kies de dag zelf of een eerdere: wat nog komt, wordt dan pas beëindigd."), "until"
        )
    with transaction.atomic():
        Network.objects.select_for_update().get(pk=network.pk)
        memberships = Membership.objects.filter(
            network=network, organisation=organisation, valid_from__lt=until
        )
        if not memberships.exists():
            return Rejected(_("Deze organisatie nam toen niet deel."), "organisation")
        for membership in memberships.filter(valid_until__gt=until):
            end_membership(membership, until)
        relations = _running(organisation, until)
        responsible = _led_by(organisation, relations, until, at)
        elsewhere = _with_other_networks(organisation, until)
        ending = relations.exclude(pregnancy_id__in=responsible | elsewhere)
        count = ending.values("pregnancy_id").distinct().count()
        # It treated her on that day, member or not; else the same care would begin it again.
        later = _cared_for_since(organisation, ending, until)
        by_care = TreatmentRelation.objects.filter(organisation=organisation, basis=Basis.CARE)
        for pregnancy_id, day in later.items():
            by_care.filter(pregnancy_id=pregnancy_id, valid_until__gt=until).update(
                valid_until=day + ONE_DAY
            )
        never = When(valid_from__gt=until, then=F("valid_from"))
        ending.exclude(basis=Basis.CARE, pregnancy_id__in=later).update(
            valid_until=Case(never, default=until)
        )
    return Left(count, frozenset(responsible - elsewhere))


def _running(organisation: Organisation, until: date) -> QuerySet[TreatmentRelation]:
    return TreatmentRelation.objects.filter(organisation=organisation, valid_until__gt=until)


def _cared_for_since(
    organisation: Organisation, relations: QuerySet[TreatmentRelation], until: date
) -> dict[int, date]:
    """Return of which of these pregnancies it gave care on that day or later, and the last day."""
    last: dict[int, date] = {}
    begun = relations.filter(basis=Basis.CARE, valid_from__gte=until)
    found = list(begun.values_list("pregnancy_id", "valid_from"))
    care = CareActivity.objects.filter(
        organisation=organisation, performed_on__gte=until, withdrawal__isnull=True
    ).order_by()
    ids = relations.order_by().values("pregnancy_id")
    found += care.filter(pregnancy_id__in=ids).values_list("pregnancy_id", "performed_on")
    # What its source linked to no pregnancy may be matched to hers.
    hers = Pregnancy.objects.filter(pk__in=ids).values_list("woman_id", "pk")
    pregnancies = defaultdict(list)
    for woman_id, pregnancy_id in hers:
        pregnancies[woman_id].append(pregnancy_id)
    loose = care.filter(pregnancy_id__isnull=True).values_list("woman_id", "performed_on")
    found += [(one, day) for woman_id, day in loose for one in pregnancies.get(woman_id, ())]
    for pregnancy_id, day in found:
        last[pregnancy_id] = max(day, last.get(pregnancy_id, day))
    return last


def _led_by(
    organisation: Organisation,
    relations: QuerySet[TreatmentRelation],
    until: date,
    at: datetime,
) -> set[int]:
    """Return the pregnancies that run, or ended not long ago, which this organisation leads."""
    ids = set(relations.values_list("pregnancy_id", flat=True))
    newest = newest_first(timezone.localdate(at)).filter(pregnancy_id=OuterRef("pregnancy_id"))
    long_over = PregnancyVersion.objects.filter(
        pk=Subquery(newest.values("pk")[:1]),
        pregnancy_id__in=ids,
        ended_on__lte=until - LIES_IN_FOR,
    )
    ids -= set(long_over.values_list("pregnancy_id", flat=True))
    return {
        pregnancy_id
        for pregnancy_id, duties in duties_for(ids, at).items()
        if duties.responsible(at).organisation_id == organisation.pk
    }


def _with_other_networks(organisation: Organisation, until: date) -> set[int]:
    """Return the pregnancies that it treats with others of a network in which it stays."""
    in_force = {"valid_from__lte": until, "valid_until__gt": until}
    stays_in = Membership.objects.filter(organisation=organisation, **in_force)
    partners = Membership.objects.filter(network__in=stays_in.values("network"), **in_force)
    others = partners.exclude(organisation=organisation).values("organisation")
    treated = TreatmentRelation.objects.filter(organisation__in=others, basis=Basis.CARE)
    return set(
        _running(organisation, until)
        .filter(pregnancy__in=treated.values("pregnancy"))
        .values_list("pregnancy_id", flat=True)
    )
