"""What the page of a pregnancy shows beside what happened: the plan, and who handed over to whom.

Only who gives care sees a plan; those who see a part of the record, what is theirs to do.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from ooievaar.bundles.queries import ActivityMark, PregnancyPicture
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import words as pathway_words
from ooievaar.pathways.pages.plan import sees_item
from ooievaar.pathways.queries import label_of, plan_of
from ooievaar.pathways.rules.planning import AUTOMATIC, PlanItem
from ooievaar.record.banner import Banner
from ooievaar.record.entries.dictionary import load as load_dictionary
from ooievaar.record.entries.words import named
from ooievaar.record.handover.queries import Duties
from ooievaar.record.permissions import activities_for
from ooievaar.ui.templatetags.ooievaar import day
from ooievaar.web.planned_line import STATUSES, Planned, Transfer

RECORDED = "recorded"
"""Where an activity ended that was not derived yet: nowhere."""
MOST_ACTIONS = 5
USUAL: dict[Role, tuple[str, str]] = {
    Role.MIDWIFE: ("prenatal_contact", "postpartum_contact"),
    Role.GYNAECOLOGIST: ("consult", "consult"),
    Role.CLINICAL_CARER: ("prenatal_contact", "postpartum_contact"),
    Role.KRAAM_CARER: ("kraam_indication", "kraam_day"),
    Role.SONOGRAPHER: ("ultrasound", "ultrasound"),
}
"""The form of a role for a contact, before the end of a pregnancy and after it."""


@dataclass(frozen=True, slots=True)
class PlanRow:
    """A planned item as the table behind the line shows it."""

    planned: Planned
    who: str
    status: str
    note: str


@dataclass(frozen=True, slots=True)
class QuickAction:
    """A form that is due, or that somebody of this role fills in most, one step away."""

    label: str
    address: str
    until: date | None = None
    is_overdue: bool = False


def plan_rows(workplace: Workplace, pregnancy_id: int, at: datetime) -> list[PlanRow]:
    """Return what is planned and was not done, in order of time; one query.

    Of what was skipped only what somebody decided; what was done is on the line itself.
    """
    if not workplace.gives_care:
        return []
    forms = _forms(workplace, timezone.localdate(at))
    shown = [
        item
        for item in plan_of(pregnancy_id, at).items
        if sees_item(workplace, item)
        and item.status in STATUSES
        and not (item.status == "skipped" and item.reason in AUTOMATIC)
    ]
    return [_row(item, pregnancy_id, forms) for item in shown]


def _row(item: PlanItem, pregnancy_id: int, forms: set[str]) -> PlanRow:
    status = pathway_words.said(pathway_words.STATUSES, item.status)
    who = pathway_words.who(item.discipline, item.line)
    name = label_of(item)
    is_open = item.status in ("due", "overdue", "upcoming")
    if item.form in forms and is_open:
        address = reverse("new_entry", args=[pregnancy_id, item.form])
    else:
        address = reverse("plan", args=[pregnancy_id])
    spoken = _("Gepland: %(name)s, %(first)s tot %(until)s, %(who)s: %(status)s") % {
        "name": name,
        "first": day(item.due_from),
        "until": day(item.due_until),
        "who": who,
        "status": status,
    }
    lane = pathway_words.said(pathway_words.DISCIPLINES, item.discipline)
    planned = Planned(
        name, item.discipline, lane, item.status, item.due_from, item.due_until, spoken, address
    )
    return PlanRow(planned, who, status, item.reason if item.status == "skipped" else "")


def _forms(workplace: Workplace, today: date) -> set[str]:
    return {one.key for one in load_dictionary().forms_for(workplace.role, today)}


def quick_actions(
    workplace: Workplace, banner: Banner, rows: Iterable[PlanRow], today: date
) -> list[QuickAction]:
    """Return the forms that are one step away: that of an ordinary contact, then what is due."""
    if not workplace.gives_care:
        return []
    usual = USUAL[workplace.role][banner.ended_on is not None]
    found, due = list[QuickAction](), list[QuickAction]()
    form = load_dictionary().form(usual, today)
    if form is not None and usual in _forms(workplace, today):
        address = reverse("new_entry", args=[banner.pregnancy_id, usual])
        found.append(QuickAction(_("%(form)s vastleggen") % {"form": named(form)}, address))
    for row in rows:
        one = row.planned
        is_form = one.address != reverse("plan", args=[banner.pregnancy_id])
        if one.status in ("due", "overdue") and is_form:
            due.append(QuickAction(one.name, one.address, one.due_until, one.status == "overdue"))
    return found + _most_urgent(due)


def _most_urgent(due: list[QuickAction]) -> list[QuickAction]:
    """Return what is due, soonest over first; then what is late, the latest first.

    What was missed months ago comes last: it is seldom what a consult is for.
    """
    now = sorted((one for one in due if not one.is_overdue), key=lambda one: one.until or date.max)
    late = sorted((one for one in due if one.is_overdue), key=lambda one: one.until or date.min)
    return [*now, *reversed(late)][:MOST_ACTIONS]


def transfers(duties: Duties | None, at: datetime) -> list[Transfer]:
    """Return when the lead went from one organisation to another, up to a moment.

    At each moment from which something else could hold: when it was written from, and where a
    phase begins.
    """
    if duties is None:
        return []
    moments = {held.starts_at for held in duties.of("responsible") if held.starts_at <= at}
    for on in (duties.birth.labour_on, duties.birth.birth_on, duties.birth.placenta_on):
        if on is not None:
            noon = datetime.combine(on, datetime.min.time(), timezone.get_current_timezone())
            moments |= {one for one in (noon, noon + timedelta(days=1)) if one <= at}
    found, before = [], duties.intake
    for moment in sorted(moments):
        leads = duties.responsible(moment)
        if leads.organisation_id != before.organisation_id:
            on = timezone.localdate(moment)
            spoken = _("%(day)s: verantwoordelijkheid van %(one)s naar %(other)s") % {
                "day": day(on),
                "one": before.organisation,
                "other": leads.organisation,
            }
            found.append(Transfer(on, before.organisation, leads.organisation, spoken))
        before = leads
    return found


def recorded_picture(banner: Banner, workplace: Workplace, at: datetime) -> PregnancyPicture:
    """Return a picture of what stands on record of a pregnancy that was never derived; one query.

    Without phases, products and breakers, which only the engine can tell.
    """
    version, today = banner.version, timezone.localdate(at)
    rows = (
        activities_for(workplace, at, banner.pregnancy_id)
        .filter(withdrawal__isnull=True, performed_on__lte=today)
        .select_related("organisation")
        .order_by("performed_on", "performed_minute", "pk")
    )
    return PregnancyPicture(
        pregnancy_id=banner.pregnancy_id,
        reference=banner.reference,
        woman_reference="",
        woman_name=banner.name,
        birth_date=banner.birth_date,
        bsn="",
        network="",
        until=today,
        edition="",
        due_on=version.due_on,
        due_precision_days=version.due_precision_days,
        first_intake_on=version.first_intake_on,
        first_intake_organisation=version.first_intake_organisation.name,
        end_kind=version.end_kind if banner.ended_on else version.EndKind.ONGOING,
        ended_on=banner.ended_on,
        birth_on=version.birth_on if banner.ended_on else None,
        children=version.children,
        entered_on=version.entered_on,
        exempt_reason=version.exempt_reason,
        route="",
        route_reason="",
        contract="",
        insurer="",
        phases=(),
        products=(),
        breakers=(),
        activities=tuple(
            ActivityMark(
                activity_id=row.pk,
                performed_on=row.performed_on,
                performed_minute=row.performed_minute,
                organisation_id=row.organisation_id,
                organisation=row.organisation.name,
                discipline=row.organisation.discipline,
                code=row.code,
                quantity=row.quantity,
                duration_minutes=row.duration_minutes,
                child_number=row.child_number,
                source=row.source,
                phase=0,
                disposition=RECORDED,
                reason="",
                product_no=None,
                twin_id=None,
            )
            for row in rows
        ),
    )
