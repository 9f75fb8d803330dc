"""Two of everybody in one region: who has to do with Johanna and linde's money, and who has not."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.network.models import Membership, Network, Organisation, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.record.models import BreakGlass, Pregnancy, TreatmentRelation
from ooievaar.settlement.models import ClosingRequest, ClosingStep
from ooievaar.settlement.requests import draft_month
from ooievaar.ui.jobs import Report
from ooievaar.ui.models import Job
from ooievaar.web.tests.small_region import START, Region, small_region

OWN_ORGANISATION = {
    Role.MIDWIFE: "linde",
    Role.GYNAECOLOGIST: "gyn",
    Role.CLINICAL_CARER: "gyn",
    Role.KRAAM_CARER: "kraam",
    Role.SONOGRAPHER: "echo",
    Role.PRACTICE_ADMINISTRATOR: "linde",
}
DISCIPLINES = {"linde": "midwives", "gyn": "gynaecologists", "kraam": "kraamzorg"}


@dataclass(frozen=True)
class World:
    """The small region with, per role, a position that has to do with the things and one not."""

    region: Region
    own: dict[Role, Position]
    other: dict[Role, Position]
    pregnancy: Pregnancy
    break_glass: BreakGlass
    closing_request: ClosingRequest
    job: Job

    def things(self, role: Role) -> dict[str, Any]:
        """Return what addresses name, by the name it has there: all of it Johanna's or linde's.

        The activity is one of the role's own organisation, for roles that have one with her.
        """
        product = Product.objects.filter(pregnancy=self.pregnancy).earliest("id")
        acts = Disposition.objects.filter(pregnancy=self.pregnancy).order_by("id")
        key = OWN_ORGANISATION.get(role, "linde")
        own_acts = acts.filter(activity__organisation=self.region.organisations[key])
        own_act = own_acts.first() or acts[0]
        return {
            "pregnancy_id": self.pregnancy.pk,
            "activity_id": own_act.activity_id,
            "product_no": product.product_no,
            "breaker_id": Breaker.objects.filter(pregnancy=self.pregnancy).earliest("id").pk,
            "month": "2026-10",
            "person_id": self.own[Role.MIDWIFE].person_id,
            "position_id": self.own[Role.MIDWIFE].pk,
            "opening_id": self.break_glass.pk,
            "request_id": self.closing_request.pk,
            "job_id": self.job.pk,
            "what": "wachtwoord",
        }


def make_people(
    region: Region,
) -> tuple[dict[Role, Position], dict[Role, Position], dict[str, Organisation]]:
    """Make per role somebody of this region and somebody of another; return its organisations."""
    elsewhere = Network.objects.create(kind="igo", name="IGO Elders", agb="53010009")
    strangers = {
        name: Organisation.objects.create(
            agb=f"0801010{number}", name=f"Vreemd {name}", discipline=discipline
        )
        for number, (name, discipline) in enumerate(
            {**DISCIPLINES, "echo": "ultrasound"}.items(), start=1
        )
    }
    for organisation in strangers.values():
        Membership.objects.create(
            network=elsewhere, organisation=organisation, kind="voting", valid_from=START
        )
    own, other = {}, {}
    for role in Role:
        if key := OWN_ORGANISATION.get(role):
            own[role] = position(role, organisation=region.organisations[key])
            other[role] = position(role, organisation=strangers[key])
            continue
        more: list[dict[str, Any]] = [{}, {}]
        if role is Role.PURCHASER:
            more = [{"insurer": region.insurers[0]}, {"insurer": region.insurers[1]}]
        if role is Role.REPRESENTATIVE:
            more = [{"discipline": "midwives"}, {"discipline": "kraamzorg"}]
        own[role] = position(role, network=region.network, **more[0])
        other[role] = position(role, network=elsewhere, **more[1])
    return own, other, strangers


def make_world() -> World:
    """Make the region, the people, a consult asked, an emergency, a month that was prepared."""
    region = small_region()
    pregnancy = Pregnancy.objects.get(woman__name="Johanna van den Berg")
    TreatmentRelation.objects.create(
        pregnancy=pregnancy,
        organisation=region.organisations["gyn"],
        basis=TreatmentRelation.Basis.CONSULT,
        question="Meebeoordelen bloeddruk",
        valid_from=START,
    )
    own, other, _strangers = make_people(region)
    now = timezone.now()
    break_glass = BreakGlass.objects.create(
        person=position(Role.MIDWIFE, organisation=region.organisations["duin"]).person,
        organisation=region.organisations["duin"],
        role=Role.MIDWIFE,
        pregnancy=pregnancy,
        reason="Zij belde buiten kantoortijd met bloedverlies.",
        opened_at=now - timedelta(days=3),
        open_until=now - timedelta(days=2),
    )
    controller = own[Role.CONTROLLER]
    after = date(2026, 12, 1)
    figures = draft_month(region.network, "2026-11", after, Report())
    request = ClosingRequest.objects.create(
        network=region.network,
        month="2026-11",
        known_until=after,
        prepared_by=controller.person,
        prepared_as=controller,
        prepared_at=now,
        edition=figures["edition"],
        facts_hash=figures["facts_hash"],
        division_hash=figures["division_hash"],
        figures=figures,
    )
    ClosingStep.objects.create(
        request=request,
        state=ClosingStep.State.PREPARED,
        person=controller.person,
        position=controller,
        at=now,
    )
    job = Job.objects.create(
        kind="draft_closing",
        title="Cijfers van %(month)s berekenen",
        parameters={"month": "2026-11"},
        started_by=controller.person,
        position_id=controller.pk,
        network_id=region.network.pk,
        created_at=now,
    )
    return World(region, own, other, pregnancy, break_glass, request, job)
