"""A region of six women, made by hand and taken through the real commands.

Saskia gave birth at home; a consult that became known late made her prenatal product complex.
Fatima was referred at 32 weeks. Johanna gave birth in a hospital of outsiders, under a ban on
parallel claims. Noor is 31 weeks pregnant. Els went to a practice of outsiders. Wilma is still
early, and has twins.
"""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from ooievaar.bundles.commands import derive_network
from ooievaar.contracts.models import (
    Agreement,
    Contract,
    DisciplineShare,
    MemberShare,
    PriceListEntry,
    Tariff,
)
from ooievaar.network.models import Insurer, Membership, Network, Organisation
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, PregnancyVersion, Woman
from ooievaar.settlement.commands import close_month
from ooievaar.settlement.queries import made_products

START = date(2025, 1, 1)
UNTIL = date(2026, 11, 1)
NOW = datetime(2026, 11, 2, 9, 0, tzinfo=UTC)
CLOSED = {"2026-09": date(2026, 10, 1), "2026-10": UNTIL}
"""The months that are closed, with the day before which the facts were known."""

ORGANISATIONS = {
    "duin": ("08010001", "Verloskundigen Duinpad", "midwives"),
    "linde": ("08010002", "Praktijk De Linde", "midwives"),
    "stroom": ("08010009", "Praktijk Overstroom", "midwives"),
    "echo": ("90010001", "Echocentrum Waterland", "ultrasound"),
    "zee": ("06010001", "Ziekenhuis Zeezicht", "hospital"),
    "gyn": ("03010001", "Gynaecologen Zeezicht", "gynaecologists"),
    "ver": ("06010009", "Ziekenhuis Verderop", "hospital"),
    "kraam": ("33010001", "Kraamzorg Ooievaarsnest", "kraamzorg"),
}
OUTSIDERS = {"stroom", "ver"}
TARIFF_CENTS = {
    "prenatal": 98_500,
    "prenatal_complex": 139_700,
    "natal": 176_400,
    "natal_on_request": 151_250,
    "natal_complex": 251_900,
    "postnatal": 48_300,
    "postnatal_complex": 77_150,
    "kraamzorg_hour": 6_235,
}
PRICES_CENTS = {"037651": 148_000, "G-KVM": 92_500, "E-STR": 9_650, "L-HB": 410, "G-CON": 14_200}
SHARES_PPM = {
    "prenatal": {"midwives": 700_000, "ultrasound": 150_000, "hospital": 150_000},
    "natal": {"midwives": 450_000, "gynaecologists": 200_000, "hospital": 350_000},
    "postnatal": {"midwives": 800_000, "hospital": 200_000},
    "kraamzorg_hour": {"kraamzorg": 1_000_000},
}


class Region:
    """Gives short names to rows while the stories are written down."""

    def __init__(self) -> None:
        self.network = Network.objects.create(kind="igo", name="IGO Waterland", agb="53010001")
        self.organisations = {
            key: Organisation.objects.create(agb=agb, name=name, discipline=discipline)
            for key, (agb, name, discipline) in ORGANISATIONS.items()
        }
        for key, organisation in self.organisations.items():
            if key not in OUTSIDERS:
                Membership.objects.create(
                    network=self.network, organisation=organisation, kind="voting", valid_from=START
                )
        self.insurers = [
            Insurer.objects.create(uzovi="9101", name="Waterborg Zorg"),
            Insurer.objects.create(uzovi="9102", name="Noorderlicht Verzekeringen"),
        ]
        self._agree()
        self.activities = 0
        self.women = 0

    def _agree(self) -> None:
        for insurer, regime in zip(self.insurers, ("parallel_ban", "correction"), strict=True):
            contract = Contract.objects.create(
                network=self.network,
                insurer=insurer,
                reference=f"C-{insurer.uzovi}",
                valid_from=START,
                regime=regime,
            )
            for product, cents in TARIFF_CENTS.items():
                Tariff.objects.create(
                    contract=contract, product=product, cents=cents, valid_from=START
                )
        for code, cents in PRICES_CENTS.items():
            PriceListEntry.objects.create(code=code, cents=cents, valid_from=date(2017, 1, 1))
        agreement = Agreement.objects.create(
            network=self.network, title="Verdeling 2025", valid_from=START, overhead_ppm=35_000
        )
        for product in TARIFF_CENTS:
            phase = product.split("_")[0] if product != "kraamzorg_hour" else product
            for discipline, ppm in SHARES_PPM[phase].items():
                DisciplineShare.objects.create(
                    agreement=agreement,
                    product=product,
                    discipline=discipline,
                    ppm=ppm,
                    method="performed" if discipline == "kraamzorg" else "fixed_share",
                )
        for key, ppm in {
            "duin": 600_000,
            "linde": 400_000,
            "echo": 1_000_000,
            "zee": 1_000_000,
            "gyn": 1_000_000,
        }.items():
            MemberShare.objects.create(
                agreement=agreement, organisation=self.organisations[key], ppm=ppm
            )

    def pregnancy(
        self, name: str, insurer: int, practice: str, intake: date, due: date, **known: object
    ) -> Pregnancy:
        """Write a woman with one pregnancy down, as it is known now."""
        self.women += 1
        bsn = BSNS[self.women - 1]
        woman = Woman.objects.create(
            reference=f"W-{self.women:03d}", name=name, bsn=bsn, birth_date=date(1994, 3, 12)
        )
        Coverage.objects.create(woman=woman, insurer=self.insurers[insurer], valid_from=START)
        pregnancy = Pregnancy.objects.create(woman=woman, reference=f"Z-{self.women:03d}")
        PregnancyVersion.objects.create(
            pregnancy=pregnancy,
            recorded_on=intake,
            first_intake_on=intake,
            first_intake_organisation=self.organisations[practice],
            due_on=due,
            **known,
        )
        return pregnancy

    def act(
        self, pregnancy: Pregnancy, organisation: str, code: str, day: date, **known: object
    ) -> CareActivity:
        """Write an activity down, known on the day itself unless said otherwise."""
        self.activities += 1
        defaults = {
            "source": "record",
            "recorded_on": day,
            "source_reference": str(self.activities),
        }
        return CareActivity.objects.create(
            woman=pregnancy.woman,
            pregnancy=pregnancy,
            organisation=self.organisations[organisation],
            code=code,
            performed_on=day,
            **defaults | known,
        )

    def course(self, pregnancy: Pregnancy, practice: str, intake: date, until: date) -> None:
        """Write the ordinary antenatal care of a practice down, up to a day."""
        self.act(pregnancy, practice, "V-INT", intake)
        self.act(pregnancy, practice, "V-ECT", intake + timedelta(days=14))
        self.act(pregnancy, "echo", "E-TER", intake + timedelta(days=15))
        self.act(pregnancy, practice, "L-HB", intake + timedelta(days=14))
        day = intake + timedelta(days=35)
        if day + timedelta(days=40) < until:
            self.act(pregnancy, "echo", "E-STR", intake + timedelta(days=77))
        while day < until:
            self.act(pregnancy, practice, "V-CON", day)
            day += timedelta(days=28 if (until - day).days > 80 else 14)

    def lying_in(self, pregnancy: Pregnancy, practice: str, birth: date) -> None:
        """Write the visits and the kraamzorg after a birth down."""
        for day in (1, 3, 5, 8):
            self.act(pregnancy, practice, "V-PP", birth + timedelta(days=day))
        self.act(pregnancy, practice, "V-ZES", birth + timedelta(days=41))
        for day in range(1, 9):
            self.act(
                pregnancy,
                "kraam",
                "KZ-UUR",
                birth + timedelta(days=day),
                duration_minutes=355,
            )


BSNS = ("111222333", "123456782", "100000009", "100000010", "100000022", "100000034", "100000046")


def small_region(months: Sequence[str] = tuple(CLOSED)) -> Region:
    """Make the region, close September and October 2026, and derive it to 1 November."""
    region = Region()
    _saskia(region)
    _fatima(region)
    _johanna(region)
    noor = region.pregnancy(
        "Noor Visser", 1, "linde", date(2026, 5, 27), date(2027, 1, 3), due_precision_days=2
    )
    region.course(noor, "linde", date(2026, 5, 27), UNTIL)
    els = region.pregnancy("Els Bakker", 0, "stroom", date(2026, 6, 2), date(2027, 1, 9))
    region.course(els, "stroom", date(2026, 6, 2), UNTIL)
    wilma = region.pregnancy(
        "Wilma de Boer", 0, "duin", date(2026, 9, 28), date(2027, 5, 4), children=2
    )
    region.act(wilma, "duin", "V-INT", date(2026, 9, 28))
    region.act(wilma, "duin", "V-CNS", date(2026, 9, 28))
    for month in months:
        close_month(region.network, month, known_until=CLOSED[month], now=NOW)
    derive_network(
        region.network,
        until=UNTIL,
        known_until=UNTIL,
        now=NOW,
        made_products=made_products(region.network),
    )
    return region


def _saskia(region: Region) -> None:
    intake, birth = date(2025, 12, 30), date(2026, 7, 30)
    saskia = region.pregnancy(
        "Saskia Jansen",
        0,
        "duin",
        intake,
        date(2026, 8, 3),
        end_kind="birth",
        ended_on=birth,
        birth_on=birth,
        labour_on=birth,
        labour_minute=130,
        placenta_on=birth,
        placenta_minute=505,
    )
    region.act(saskia, "duin", "V-PRE", intake - timedelta(days=20))
    region.course(saskia, "duin", intake, birth)
    region.act(
        saskia,
        "duin",
        "V-CON",
        intake + timedelta(days=35),
        source="claims",
        source_reference="dubbel",
    )
    region.act(saskia, "echo", "E-GUO", date(2026, 4, 9))
    region.act(
        saskia, "gyn", "G-CON", date(2026, 5, 12), specialism="0307", recorded_on=date(2026, 10, 9)
    )
    region.act(saskia, "duin", "V-PAR", birth, performed_minute=480)
    region.lying_in(saskia, "duin", birth)


def _fatima(region: Region) -> None:
    intake, birth = date(2026, 1, 22), date(2026, 8, 21)
    fatima = region.pregnancy(
        "Fatima el Idrissi",
        1,
        "linde",
        intake,
        date(2026, 8, 27),
        end_kind="birth",
        ended_on=birth,
        birth_on=birth,
        labour_on=date(2026, 8, 20),
    )
    region.course(fatima, "linde", intake, date(2026, 7, 1))
    region.act(fatima, "linde", "V-VER", date(2026, 7, 2))
    for day in (6, 20, 34):
        region.act(
            fatima, "gyn", "G-HER", date(2026, 7, 1) + timedelta(days=day), specialism="0307"
        )
    region.act(fatima, "gyn", "037652", birth, specialism="0307")
    region.act(fatima, "zee", "G-KBD", birth + timedelta(days=1))
    region.lying_in(fatima, "linde", birth)


def _johanna(region: Region) -> None:
    intake, birth = date(2026, 3, 3), date(2026, 9, 24)
    johanna = region.pregnancy(
        "Johanna van den Berg",
        0,
        "linde",
        intake,
        date(2026, 10, 4),
        end_kind="birth",
        ended_on=birth,
        birth_on=birth,
        labour_on=birth,
    )
    region.course(johanna, "linde", intake, birth)
    region.act(johanna, "linde", "V-PAR", birth)
    region.act(johanna, "ver", "037651", birth, specialism="0307")
    region.act(johanna, "ver", "G-KVM", birth)
    region.act(johanna, "stroom", "V-CON", date(2026, 3, 1))
    region.lying_in(johanna, "linde", birth)
