"""One region in which everything happens that the engine has a word for, each on purpose."""

from datetime import UTC, date, datetime
from itertools import count

from ooievaar.bundles.commands import derive_network
from ooievaar.bundles.models import Derivation
from ooievaar.contracts.models import Contract, ParallelCare, Tariff
from ooievaar.network.models import Insurer, Membership, Organisation, Supplier
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.models import CareActivity, Coverage, Pregnancy, PregnancyVersion, Woman
from ooievaar.settlement.tests.region import START, Region

LONG_AGO = date(2017, 1, 1)
INTAKE, DUE, BIRTH = date(2025, 1, 6), date(2025, 6, 25), date(2025, 6, 20)
UNTIL = date(2025, 9, 30)
REGIMES = ("parallel_ban", "correction", "none")
OUTSIDE_THE_BUNDLE = {
    "preconception": "V-PRE",
    "contraception": "V-ACP",
    "advanced_ultrasound": "E-GUO",
    "nipt_high_risk": "377881C",
    "high_care_obstetrics": "G-HCO",
}

_numbers = count(1)


class EveryOutcome(Region):
    """The small region, with outsiders, a supplier and a contract for every regime."""

    def __init__(self) -> None:
        super().__init__("IGO Van Alles")
        self.outsider = Organisation.objects.create(
            agb="09999991", name="Ziekenhuis Elders", discipline="hospital"
        )
        self.outside_practice = Organisation.objects.create(
            agb="09999992", name="Praktijk Elders", discipline="midwives"
        )
        self.supplier = Organisation.objects.create(
            agb="09999993", name="Kraamzorg op Factuur", discipline="kraamzorg"
        )
        for code in ("KZ-UUR", "L-HB"):
            Supplier.objects.create(
                network=self.network, organisation=self.supplier, code=code, valid_from=START
            )
        self.by_regime = {regime: self.contract_under(regime) for regime in REGIMES}
        self.insurer = self.by_regime["none"].insurer
        self.made_products: list[dict[str, int]] = []

    def another_insurer(self, follows: Insurer | None = None) -> Insurer:
        number = next(_numbers)
        return Insurer.objects.create(
            uzovi=f"8{number:03d}", name=f"Verzekeraar {number}", follows=follows
        )

    def contract_under(self, regime: str, **terms: object) -> Contract:
        contract = self.contracted(self.another_insurer())
        Contract.objects.filter(pk=contract.pk).update(regime=regime, **terms)
        Tariff.objects.create(
            contract=contract, product="natal_on_request", cents=80_000, valid_from=START
        )
        ParallelCare.objects.create(contract=contract, code="G-KBD")
        contract.refresh_from_db()
        return contract

    def claimed_again(self, activity: CareActivity) -> CareActivity:
        """The same care once more, from a source that is trusted less."""
        return CareActivity.objects.create(
            woman=activity.woman,
            pregnancy=activity.pregnancy,
            organisation=activity.organisation,
            code=activity.code,
            performed_on=activity.performed_on,
            recorded_on=activity.recorded_on,
            source="claims",
            source_reference=activity.source_reference,
        )

    def expecting(self, insurer: Insurer | None, **known: object) -> Pregnancy:
        """A woman who gave birth on 20 June 2025, unless something else is known."""
        number = next(_numbers)
        woman = Woman.objects.create(reference=f"alles {number}")
        if insurer:
            Coverage.objects.create(woman=woman, insurer=insurer, valid_from=START)
        pregnancy = Pregnancy.objects.create(woman=woman, reference=f"alles {number}")
        usual = {"end_kind": "birth", "ended_on": BIRTH, "birth_on": BIRTH, "due_on": DUE}
        PregnancyVersion.objects.create(
            pregnancy=pregnancy,
            **{
                "recorded_on": START,
                "first_intake_on": INTAKE,
                "first_intake_organisation": self.north,
                **usual,
                **known,
            },
        )
        return pregnancy

    def in_care(self, insurer: Insurer | None, **known: object) -> Pregnancy:
        """As `expecting`, with a consult on 3 March and a birth that was attended by a member."""
        pregnancy = self.expecting(insurer, **known)
        self.care(pregnancy, self.north, "V-CON", date(2025, 3, 3))
        if "end_kind" not in known:
            self.care(pregnancy, self.north, "V-PAR", BIRTH)
        return pregnancy

    def derive(self) -> Derivation:
        return derive_network(
            self.network,
            until=UNTIL,
            known_until=UNTIL,
            now=datetime(2025, 10, 2, tzinfo=UTC),
            made_products=self.made_products,
        ).derivation


def region_where_everything_happens() -> EveryOutcome:
    """Tell every story once, and derive them all."""
    region = EveryOutcome()
    _inside_and_beside(region)
    _old_way(region)
    _products(region)
    for contract in region.by_regime.values():
        _breakers(region, contract)
    region.derive()
    return region


def _inside_and_beside(region: EveryOutcome) -> None:
    told = region.in_care(region.insurer)
    region.claimed_again(told.activities.get(code="V-CON"))
    region.care(told, region.north, "NO-SUCH", date(2025, 3, 3))
    for code in OUTSIDE_THE_BUNDLE.values():
        region.care(told, region.north, code, date(2025, 3, 4))
    region.care(told, region.north, "V-CON", date(2025, 1, 2))  # before the intake
    region.care(told, region.north, "V-CON", date(2025, 9, 20))  # after the last phase
    region.care(told, region.outsider, "G-CON", date(2025, 1, 6))  # before our own care
    region.care(told, region.outsider, "G-KBD", date(2025, 6, 24))  # on the parallel list
    region.care(told, region.outsider, "G-CON", date(2025, 3, 10))  # no consequence
    region.care(told, region.supplier, "L-HB", date(2025, 3, 3))
    region.care(told, region.supplier, "KZ-UUR", date(2025, 6, 22), duration_minutes=240)
    region.care(told, region.home, "KZ-UUR", date(2025, 6, 23), duration_minutes=240)
    region.care(told, region.north, "V-PP", date(2025, 6, 24), billed_mono=True)
    not_known_yet = region.expecting(region.insurer, first_intake_on=UNTIL)
    region.care(not_known_yet, region.north, "V-CON", date(2025, 3, 3))

    running = region.expecting(
        region.insurer,
        first_intake_on=date(2025, 8, 1),
        due_on=date(2026, 3, 1),
        **dict.fromkeys(("ended_on", "birth_on")),
        end_kind="ongoing",
    )
    region.care(running, region.north, "V-CON", date(2025, 9, 3))
    lying_in = date(2025, 9, 25)
    recent = region.in_care(region.insurer, ended_on=lying_in, birth_on=lying_in, due_on=lying_in)
    region.care(recent, region.home, "KZ-UUR", date(2025, 9, 28), duration_minutes=240)


def _old_way(region: EveryOutcome) -> None:
    region.in_care(region.insurer, exempt_reason="eigen keuze")
    region.in_care(region.insurer, first_intake_organisation=region.outside_practice)
    region.in_care(None)
    region.in_care(region.another_insurer())
    region.in_care(region.another_insurer(follows=region.insurer))
    without_natal = region.contract_under("none")
    without_natal.tariffs.filter(product="natal").delete()
    region.in_care(without_natal.insurer)


def _products(region: EveryOutcome) -> None:
    told = region.in_care(region.insurer)
    region.care(told, region.doctors, "G-CON", date(2025, 4, 1), specialism="0307")
    region.care(told, region.ward, "190036", BIRTH)
    # Until 2022 a pregnancy that ended before 16 weeks had a product of its own.
    Membership.objects.filter(organisation=region.south).update(valid_from=LONG_AGO)
    old = region.contract_under("none", valid_from=LONG_AGO)
    for product, cents in (("early_end", 20_000), ("prenatal", 60_000)):
        old.tariffs.filter(product=product).delete()
        Tariff.objects.create(contract=old, product=product, cents=cents, valid_from=LONG_AGO)
    early = region.expecting(
        None,
        first_intake_on=date(2022, 3, 1),
        first_intake_organisation=region.south,
        due_on=date(2022, 9, 1),
        end_kind="miscarriage",
        ended_on=date(2022, 3, 10),
        birth_on=None,
    )
    Coverage.objects.create(woman=early.woman, insurer=old.insurer, valid_from=LONG_AGO)
    region.care(early, region.south, "V-CON", date(2022, 3, 2))


def _breakers(region: EveryOutcome, contract: Contract) -> None:
    insurer = contract.insurer
    broken = region.in_care(insurer)
    region.care(broken, region.outsider, "G-DAG", date(2025, 4, 1))  # nobody gave its price
    region.care(broken, region.north, "V-CON", date(2025, 5, 1))
    region.care(broken, region.north, "V-CON", date(2025, 5, 8), billed_mono=True)
    region.in_care(insurer, entered_on=date(2025, 2, 1))
    region.in_care(
        insurer, end_kind="moved_away", ended_on=date(2025, 4, 1), birth_on=None, due_on=DUE
    )
    began_late = region.contract_under(contract.regime, valid_from=date(2025, 2, 1))
    began_late.tariffs.update(valid_from=date(2025, 2, 1))
    region.in_care(began_late.insurer)

    strict = region.contract_under(contract.regime, insurer_switch_breaks=True)
    switched = region.in_care(strict.insurer)
    switched.woman.coverages.update(valid_until=date(2025, 4, 1))
    Coverage.objects.create(woman=switched.woman, insurer=insurer, valid_from=date(2025, 4, 1))

    early_end = date(2025, 1, 20)
    lost = region.expecting(insurer, due_on=date(2025, 8, 1))
    add_pregnancy_version(
        lost, date(2025, 9, 1), end_kind="miscarriage", ended_on=early_end, birth_on=None
    )
    region.made_products.append(
        {"pregnancy_id": lost.pk, "phase": 2, "cents": 90_001, "contract_id": contract.pk}
    )
