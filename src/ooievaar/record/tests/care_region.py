"""A small region for stories about who may see what: one woman, and everybody around her."""

from datetime import UTC, date, datetime
from itertools import count

from ooievaar.network.models import Membership, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import (
    CareActivity,
    Consent,
    Pregnancy,
    TreatmentRelation,
    Woman,
)
from ooievaar.record.relations import relate_from_care

AT = datetime(2026, 10, 1, 12, 0, tzinfo=UTC)
INTAKE = date(2026, 3, 2)
DISCIPLINES = {
    "linde": "midwives",
    "duin": "midwives",
    "zee": "hospital",
    "gyn": "gynaecologists",
    "kraam": "kraamzorg",
    "echo": "ultrasound",
}
ROLES = {
    "midwives": Role.MIDWIFE,
    "hospital": Role.CLINICAL_CARER,
    "gynaecologists": Role.GYNAECOLOGIST,
    "kraamzorg": Role.KRAAM_CARER,
    "ultrasound": Role.SONOGRAPHER,
}
SINCE = date(2020, 1, 1)


class CareRegion:
    """One network; Noor goes to De Linde, had a scan, is awaited by kraamzorg and the hospital.

    Duin has a woman of its own, Saskia; nobody else treats her.
    """

    def __init__(self) -> None:
        self.numbers = count(1)
        self.network = Network.objects.create(kind="igo", name="IGO Waterland", agb="53010001")
        self.organisations = {
            name: self.organisation(name, discipline) for name, discipline in DISCIPLINES.items()
        }
        self.noor = self.pregnancy("Noor", "linde")
        for name, code in (
            ("linde", "V-CON"),
            ("linde", "L-HIV"),
            ("echo", "E-STR"),
            ("zee", "G-ECH"),
            ("kraam", "KZ-INT"),
        ):
            self.act(self.noor, name, code)
        self.saskia = self.pregnancy("Saskia", "duin")
        relate_from_care()

    def organisation(
        self, name: str, discipline: str, network: Network | None = None
    ) -> Organisation:
        """Add an organisation that is a member of the network."""
        made = Organisation.objects.create(
            agb=f"0801{next(self.numbers):04}", name=name.title(), discipline=discipline
        )
        Membership.objects.create(
            network=network or self.network, organisation=made, kind="voting", valid_from=SINCE
        )
        return made

    def pregnancy(self, name: str, practice: str) -> Pregnancy:
        """Add a woman with one pregnancy and its first intake."""
        woman = Woman.objects.create(
            reference=f"W-{name}", name=name, birth_date=date(1994, 3, 12), bsn=None
        )
        made = Pregnancy.objects.create(woman=woman, reference=f"Z-{name}")
        made.versions.create(
            recorded_on=INTAKE,
            first_intake_on=INTAKE,
            first_intake_organisation=self.organisations[practice],
            due_on=date(2026, 11, 9),
        )
        return made

    def act(
        self, pregnancy: Pregnancy, organisation: str, code: str, day: date = date(2026, 4, 1)
    ) -> CareActivity:
        """Add an activity that its source linked to the pregnancy."""
        return CareActivity.objects.create(
            woman=pregnancy.woman,
            pregnancy=pregnancy,
            organisation=self.organisations[organisation],
            code=code,
            performed_on=day,
            source="record",
            source_reference=str(next(self.numbers)),
            recorded_on=day,
        )

    def consult(
        self,
        pregnancy: Pregnancy,
        organisation: str,
        asked_by: Organisation | None,
        since: date = INTAKE,
    ) -> TreatmentRelation:
        """Let an organisation refer her to another."""
        return TreatmentRelation.objects.create(
            pregnancy=pregnancy,
            organisation=self.organisations[organisation],
            basis=TreatmentRelation.Basis.CONSULT,
            valid_from=since,
            question="Groei buigt af?",
            asked_by=asked_by,
        )

    def carer(self, organisation: str) -> Workplace:
        """Return a new colleague who gives care in an organisation."""
        role = ROLES[DISCIPLINES[organisation]]
        return working(role, organisation=self.organisations[organisation])

    def says(
        self,
        source: str,
        recipient: str,
        is_given: bool | None,
        at: datetime = AT,
        woman: str = "Noor",
        kind: str = "",
        purpose: str = "treatment",
    ) -> Consent:
        """Write down what a woman said; empty is everyone, None takes it back."""
        return Consent.objects.create(
            woman=Woman.objects.get(name=woman),
            source=self.organisations.get(source),
            recipient=self.organisations.get(recipient),
            recipient_kind=kind,
            purpose=purpose,
            is_given=is_given,
            recorded_at=at,
        )
