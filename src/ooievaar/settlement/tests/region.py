"""A small region in the database: one IGO, two midwife practices, a hospital, kraamzorg."""

from datetime import UTC, date, datetime
from itertools import count

from ooievaar.contracts.models import Agreement, Contract, DisciplineShare, MemberShare, Tariff
from ooievaar.kernel.money import PPM
from ooievaar.network.models import Insurer, Membership, Network, Organisation
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, PregnancyVersion, Woman
from ooievaar.settlement.commands import close_month

START = date(2025, 1, 1)
TARIFFS = {
    "prenatal": 60_000,
    "prenatal_complex": 101_200,
    "natal": 90_001,
    "natal_complex": 200_000,
    "postnatal": 30_000,
    "postnatal_complex": 40_000,
    "kraamzorg_hour": 6_001,
}
SHARES = {"midwives": 550_000, "gynaecologists": 150_000, "hospital": 300_000}

_numbers = count(1)


class Region:
    """The rows of a small region, and what happens in it."""

    def __init__(self, name: str = "IGO Ooievaarsnest") -> None:
        self.network = Network.objects.create(kind="igo", name=name)
        self.north = self.member("Noord", "midwives")
        self.south = self.member("Zuid", "midwives")
        self.ward = self.member("Ziekenhuis", "hospital")
        self.doctors = self.member("Gynaecologen", "gynaecologists")
        self.home = self.member("Kraamthuis", "kraamzorg")
        self.night = self.member("Nachtzorg", "kraamzorg")
        self.insurer = Insurer.objects.create(
            uzovi=f"{next(_numbers):04d}", name=f"Verzekeraar {name}"
        )
        self.contract = self.contracted(self.insurer)
        self.agreement = Agreement.objects.create(
            network=self.network, title="2025", valid_from=START, overhead_ppm=35_000
        )
        for product in TARIFFS:
            shares = {"kraamzorg": PPM} if product == "kraamzorg_hour" else SHARES
            for discipline, ppm in shares.items():
                DisciplineShare.objects.create(
                    agreement=self.agreement,
                    product=product,
                    discipline=discipline,
                    ppm=ppm,
                    method="performed" if discipline == "kraamzorg" else "fixed_share",
                )
        for organisation, ppm in (
            *((self.north, 666_667), (self.south, 333_333)),
            *((self.ward, PPM), (self.doctors, PPM)),
        ):
            MemberShare.objects.create(agreement=self.agreement, organisation=organisation, ppm=ppm)

    def member(self, name: str, discipline: str) -> Organisation:
        organisation = Organisation.objects.create(
            agb=f"{next(_numbers):08d}", name=name, discipline=discipline
        )
        Membership.objects.create(
            network=self.network, organisation=organisation, kind="voting", valid_from=START
        )
        return organisation

    def contracted(self, insurer: Insurer) -> Contract:
        contract = Contract.objects.create(
            network=self.network,
            insurer=insurer,
            reference=f"contract {next(_numbers)}",
            valid_from=START,
            regime="none",
        )
        for product, cents in TARIFFS.items():
            Tariff.objects.create(contract=contract, product=product, cents=cents, valid_from=START)
        return contract

    def pregnancy(self, intake: date, due: date, birth: date) -> Pregnancy:
        """A woman who is insured and whose pregnancy was known in full from the first day."""
        number = next(_numbers)
        woman = Woman.objects.create(reference=f"vrouw {number}")
        Coverage.objects.create(woman=woman, insurer=self.insurer, valid_from=START)
        pregnancy = Pregnancy.objects.create(woman=woman, reference=f"zwangerschap {number}")
        PregnancyVersion.objects.create(
            pregnancy=pregnancy,
            recorded_on=START,
            first_intake_on=intake,
            first_intake_organisation=self.north,
            due_on=due,
            end_kind="birth",
            ended_on=birth,
            birth_on=birth,
        )
        return pregnancy

    def care(
        self,
        pregnancy: Pregnancy,
        organisation: Organisation,
        code: str,
        day: date,
        recorded_on: date | None = None,
        **more: object,
    ) -> CareActivity:
        """Something done on a day, known the same day unless it is said to be recorded later."""
        return CareActivity.objects.create(
            woman=pregnancy.woman,
            pregnancy=pregnancy,
            organisation=organisation,
            code=code,
            performed_on=day,
            source="record",
            source_reference=str(next(_numbers)),
            recorded_on=recorded_on or day,
            **more,
        )

    def usual_care(self) -> Pregnancy:
        """A birth on 20 June 2025, with care in every phase and three days of kraamzorg."""
        pregnancy = self.pregnancy(date(2025, 1, 6), date(2025, 6, 25), date(2025, 6, 20))
        self.care(pregnancy, self.north, "V-INT", date(2025, 1, 6))
        self.care(pregnancy, self.north, "V-CON", date(2025, 3, 3))
        self.care(pregnancy, self.south, "V-PAR", date(2025, 6, 20))
        self.care(pregnancy, self.north, "V-PP", date(2025, 6, 24))
        for day in (22, 23, 24):
            self.care(pregnancy, self.home, "KZ-UUR", date(2025, 6, day), duration_minutes=240)
        return pregnancy

    def close(self, month: str, known_until: date | None = None, report=None):
        """Close a month, on what was known at its end unless a later day is given."""
        year, number = (int(part) for part in month.split("-"))
        until = date(year + number // 12, number % 12 + 1, 1)
        now = datetime(2026, 11, 1, 12, tzinfo=UTC)
        return close_month(
            self.network, month, known_until=known_until or until, now=now, report=report
        )
