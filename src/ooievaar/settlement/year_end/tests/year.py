"""A network that had a year: closed products, what the old way would have paid, and a reserve."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path

from ooievaar.bundles.models import Derivation, MonoValue, PhasePeriod
from ooievaar.contracts.agreements.commands import store_version
from ooievaar.contracts.models import Agreement, AgreementVersion
from ooievaar.network.models import Insurer, Organisation
from ooievaar.record.models import Pregnancy, Woman
from ooievaar.settlement.ledger.commands import post
from ooievaar.settlement.ledger.proof import prove_books
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.ledger.verify import verify_chain
from ooievaar.settlement.models import ClosedProduct, Closing, Share
from ooievaar.settlement.payments.tests.world import World
from ooievaar.settlement.year_end.deciding import approve, prepare
from ooievaar.settlement.year_end.models import Proposal, ProposalStep

numbers = count(1)
GUARANTEE = """
garantie:
  deel_per_jaar:
    "2025": 95 %
  maatstaf: het oude inkomen voor deze zorg
  betaald_uit: [vangnet, reserve, wie erop vooruitgaat]
"""


class Year(World):
    """2025, seen on 2 March 2026; the partners are practices of midwives."""

    def __init__(self, folder: Path, partners: int = 2) -> None:
        super().__init__(folder, partners)
        self.derivation = self.derived(date(2026, 3, 1))

    def derived(self, until: date) -> Derivation:
        return Derivation.objects.create(
            network=self.network, until=until, known_until=until, edition="2026",
            facts_hash="f" * 64, created_at=self.now,
        )  # fmt: skip

    def agrees(self, more: str = GUARANTEE, since: date = date(2025, 1, 1)) -> AgreementVersion:
        """Put a text in force, as one that was read in; a next one ends it."""
        names = "\n".join(f'    {one.name}: "{one.agb}"' for one in self.partners)
        text = (
            f"titel: Afspraak\nnetwerk: {self.network.name}\ngeldt_vanaf: {since}\n"
            f"partijen:\n  verloskundigen:\n{names}\n"
            "producten:\n  elk ander product:\n    werkwijze: vast aandeel\n"
            "    aandelen:\n      verloskundigen: 100 %\n"
            "disciplines:\n  verloskundigen:\n    werkwijze: naar verrichtingen\n" + more
        )
        Agreement.objects.filter(network=self.network).update(valid_until=since)
        number = AgreementVersion.objects.filter(network=self.network).count() + 1
        version = store_version(
            self.network, text, number, person=None, at=self.now, is_imported=True
        )
        Agreement.objects.create(
            network=self.network, title=f"Afspraak {next(numbers)}", valid_from=since,
            overhead_ppm=0, version=version,
        )  # fmt: skip
        return version

    def product(
        self,
        shares: Mapping[Organisation, int],
        old: Mapping[Organisation, int | None] | None = None,
        *,
        reserve: int = 0,
        until: date = date(2025, 6, 10),
        closed_in: str = "2025-12",
        insurer: Insurer | None = None,
    ) -> ClosedProduct:
        """Let a phase end, its product be divided, and the old way have a value for it."""
        number = next(numbers)
        woman = Woman.objects.create(reference=f"jaarvrouw {number}")
        pregnancy = Pregnancy.objects.create(woman=woman, reference=f"jaarzwanger {number}")
        PhasePeriod.objects.create(
            derivation=self.derivation, pregnancy=pregnancy, phase=2,
            starts_on=until - timedelta(days=1), until=until, is_open=False,
            insurer=insurer or self.insurer,
        )  # fmt: skip
        for who, cents in (old or {}).items():
            MonoValue.objects.create(
                derivation=self.derivation, pregnancy=pregnancy, phase=2, organisation=who,
                cents=cents, unknown_acts=int(cents is None), is_exact=True,
            )  # fmt: skip
        return self.divides(pregnancy, shares, reserve, until, closed_in, insurer)

    def divides(
        self,
        pregnancy: Pregnancy,
        shares: Mapping[Organisation, int],
        reserve: int = 0,
        until: date = date(2025, 6, 10),
        closed_in: str = "2025-12",
        insurer: Insurer | None = None,
    ) -> ClosedProduct:
        closing, _ = Closing.objects.get_or_create(
            network=self.network, month=closed_in,
            defaults={
                "known_until": self.today, "edition": "2026", "facts_hash": "x",
                "created_at": self.now, "summary": {"proof": []},
            },
        )  # fmt: skip
        cents = sum(shares.values()) + reserve
        product = ClosedProduct.objects.create(
            closing=closing, key=f"{pregnancy.pk}:2", pregnancy=pregnancy, product="natal", phase=2,
            insurer=insurer or self.insurer, claimable_on=until, total_cents=cents, cents=cents,
            is_correction=False, explanation={},
        )  # fmt: skip
        for who, part in shares.items():
            Share.objects.create(
                product=product, kind="partner", organisation=who, cents=part,
                discipline="midwives", rule="division", reason="fixed_share",
            )  # fmt: skip
        if reserve:
            Share.objects.create(
                product=product, kind="reserve", cents=reserve, rule="division", reason="reserve"
            )
        return product

    def posted(self) -> None:
        post(self.network, self.now)

    def prepared(self, kind: str = "year_end", **more: object) -> Proposal:
        data = more.pop("data", {"year": 2025})
        made = prepare(self.controller, self.network, kind, data, self.now, **more)
        assert isinstance(made, Proposal), made.reason
        return made

    def settled(self, kind: str = "year_end", **more: object) -> Proposal:
        """Prepare, approve and book."""
        made = self.prepared(kind, **more)
        step = approve(self.approver, made, self.now)
        assert isinstance(step, ProposalStep), step.reason
        assert step.state == "booked"
        return made

    def standing(self) -> dict[str, int]:
        """What stands on each account that is not empty, organisations by their place."""
        places = {one.pk: str(number) for number, one in enumerate(self.partners)}
        return {
            f"{one.account.kind} {places.get(one.account.organisation_id or 0, '')}".strip(): (
                one.cents
            )
            for one in balances(self.network)
            if one.cents
        }

    def holds(self) -> None:
        assert [one for one in prove_books(self.network) if one.remainder] == []
        assert verify_chain(self.network).holds


def at(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
