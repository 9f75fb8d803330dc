"""Two of everybody in one region: who has to do with Johanna and linde's money, and who has not."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.utils import timezone

from ooievaar.bundles.models import Breaker, Disposition, Product
from ooievaar.claims.messages.returns import Verdict, Verdicts, write_return
from ooievaar.claims.models import Batch, ClaimLine, ReturnFile
from ooievaar.claims.preparing import approve, prepare
from ooievaar.claims.problems import open_problems
from ooievaar.claims.reconciling import reconcile
from ooievaar.claims.returning import take_return
from ooievaar.claims.sending import send
from ooievaar.network.models import Membership, Network, Organisation, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import position
from ooievaar.network.workplace import workplace
from ooievaar.pathways.commands import adopt_shipped
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.shift_models import CareShift
from ooievaar.pathways.shifts import propose
from ooievaar.record.entries.models import Entry, Observation
from ooievaar.record.handover.models import Referral
from ooievaar.record.models import BreakGlass, Pregnancy, TreatmentRelation
from ooievaar.record.teamwork.meetings import plan_meeting
from ooievaar.record.teamwork.models import TeamMeeting
from ooievaar.settlement.models import ClosingRequest, ClosingStep
from ooievaar.settlement.requests import draft_month
from ooievaar.ui.jobs import Report
from ooievaar.ui.models import Job
from ooievaar.web.tests.small_region import START, Region, small_region
from tests.access.money import Money, make_money

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
    entries: dict[str, Entry]
    referrals: dict[str, Referral]
    meeting: TeamMeeting
    shift: CareShift
    claimed: ClaimLine
    money: Money

    def things(self, role: Role, page: str = "") -> dict[str, Any]:
        """Return what the addresses of a page name: all of it Johanna's or linde's.

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
            "form": "note",
            "kind": "huisarts",
            "entry_id": self.entries[key].pk,
            "referral_id": self.referrals[key].pk,
            "meeting_id": self.meeting.pk,
            "shift_id": self.shift.pk,
            "pathway_key": "zwangerschapsdiabetes",
            "pathway_number": 2,
            "example_name": "zwangerschapsdiabetes-v2",
            "line_id": self.claimed.pk,
            "batch_id": Batch.objects.get(batch_lines__line=self.claimed).pk,
            "problem_key": self.problem_key,
            "fix": "write_off",
            **self.money.things,
            **self.money.of_page.get(page, {}),
        }

    @property
    def problem_key(self) -> str:
        """What the work list calls the problem that her refused line is in."""
        found = open_problems(workplace(self.own[Role.CONTROLLER]), timezone.now())
        [key] = [
            one.key for one in found if self.claimed.pk in {line.line_id for line in one.lines}
        ]
        return key


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
    return World(
        region,
        own,
        other,
        pregnancy,
        break_glass,
        request,
        job,
        entries={key: _entry(region, pregnancy, key) for key in CARING},
        referrals={key: _referral(region, pregnancy, own, key) for key in CARING},
        meeting=_meeting(region, own),
        shift=_shift(region, own),
        claimed=_claimed(region, pregnancy, own),
        money=make_money(region, own),
    )


CARING = ("linde", "gyn", "kraam", "echo")


def _entry(region: Region, pregnancy: Pregnancy, key: str) -> Entry:
    """Let an organisation have written a note; as a row, so that nobody treats her by it."""
    now = timezone.now()
    entry = Entry.objects.create(
        woman=pregnancy.woman,
        pregnancy=pregnancy,
        form="note",
        organisation=region.organisations[key],
        happened_on=timezone.localdate(now),
        recorded_at=now,
    )
    Observation.objects.create(entry=entry, element="note_text", value="Belde over haar bloeddruk.")
    return entry


def _referral(
    region: Region, pregnancy: Pregnancy, own: dict[Role, Position], key: str
) -> Referral:
    """Let linde (and linde itself the hospital) have asked an organisation for advice."""
    return Referral.objects.create(
        pregnancy=pregnancy,
        kind=Referral.Kind.ADVICE,
        urgency=Referral.Urgency.REGULAR,
        question="Wilt u meekijken?",
        from_organisation=region.organisations["linde"],
        from_person=own[Role.MIDWIFE].person,
        role=Role.MIDWIFE,
        to_organisation=region.organisations["zee" if key == "linde" else key],
        asked_at=timezone.now(),
    )


def _meeting(region: Region, own: dict[Role, Position]) -> TeamMeeting:
    now = timezone.now()
    meeting = plan_meeting(
        kind="mdo",
        starts_at=now + timedelta(days=2),
        minutes=60,
        place="Vergaderkamer",
        chair=own[Role.MIDWIFE].person,
        organisations=[region.organisations[key] for key in CARING],
        by=workplace(own[Role.MIDWIFE]),
        at=now,
    )
    assert isinstance(meeting, TeamMeeting), meeting
    return meeting


def _shift(region: Region, own: dict[Role, Position]) -> CareShift:
    now = timezone.now()
    adopt_shipped(region.network, own[Role.DIRECTOR].person, START, now)
    versions = PathwayVersion.objects.filter(network=region.network, key="zwangerschapsdiabetes")
    shift = propose(
        workplace(own[Role.CHAIR]),
        title="Zwangerschapsdiabetes in de eerste lijn",
        from_version=versions.get(number=1),
        to_version=versions.get(number=2),
        women_a_year=80,
        quality="Minder verwijzingen",
        measure="aandeel met insuline",
        at=now,
    )
    assert isinstance(shift, CareShift), shift
    return shift


class Unsent:
    """A channel that keeps nothing: what is handed over is read from its row."""

    def put(self, name: str, content: bytes) -> None:
        """Take a file."""

    def waiting(self) -> list[tuple[str, bytes]]:
        """Have no answers."""
        return []

    def done(self, name: str, *, refused: bool = False) -> None:
        """Put nothing away."""


def _claimed(region: Region, pregnancy: Pregnancy, own: dict[Role, Position]) -> ClaimLine:
    """Let her first line have been claimed, and refused: she would be insured elsewhere."""
    now = timezone.now()
    today = timezone.localdate(now)
    reconcile(region.network, today, now=now)
    made = prepare(
        region.network, by=workplace(own[Role.CONTROLLER]), now=now, today=today, until="2026-10"
    )
    assert isinstance(made, tuple), made
    line = ClaimLine.objects.filter(pregnancy=pregnancy).earliest("pk")
    batch = Batch.objects.get(batch_lines__line=line)
    assert approve(batch, workplace(own[Role.APPROVER]), now)
    file = send(batch, Unsent(), now)
    assert file, file
    verdicts = Verdicts(
        answered_on=today, insurer_reference="ZV1", lines={line.reference: Verdict(0, ("0320",))}
    )
    answer = write_return(file.content.encode("iso-8859-1"), verdicts)
    assert isinstance(answer, bytes), answer
    taken = take_return(answer, "retour", now)
    assert isinstance(taken, ReturnFile), taken
    reconcile(region.network, today, now=now)
    return line
