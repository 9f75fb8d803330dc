"""A network whose products are claimed, answered, paid and divided, with books beside it."""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import date
from itertools import count

from django.db import connection

from ooievaar.claims.models import Batch
from ooievaar.claims.paying import due_cents, take_payment
from ooievaar.claims.tests.region import Claims
from ooievaar.kernel.money import split_largest_remainder
from ooievaar.network.models import Organisation
from ooievaar.settlement.ledger.commands import Posted, post
from ooievaar.settlement.ledger.models import Account
from ooievaar.settlement.ledger.queries import balances
from ooievaar.settlement.models import ClosedProduct, Closing, Share

numbers = count(1)
WEIGHTS = (550, 150, 300)


class Books(Claims):
    """Claims with three partners, a reserve and overhead; the division is 5 % and 10 % first."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.partners = [
            Organisation.objects.create(
                agb=f"7{next(numbers):07d}", name=f"Praktijk {n}", discipline="midwives"
            )
            for n in range(3)
        ]
        self.divided: dict[tuple[str, int], int] = {}

    def close(self, month: str, *, gone: Collection[str] = ()) -> Closing:
        """Divide what the products became since the last time; `gone` are no longer owed."""
        closing = Closing.objects.create(
            network=self.network, month=month, known_until=self.today, edition="2026",
            facts_hash="x", created_at=self.now, summary={},
        )  # fmt: skip
        now = {
            (key, row["insurer_id"]): row["cents"]
            for key, row in self.owed.items()
            if key not in gone
        }
        for product in sorted(now.keys() | self.divided.keys()):
            total, before = now.get(product, 0), self.divided.get(product, 0)
            if total != before:
                self._divide(closing, product, total, before)
        self.divided = now
        return closing

    def _divide(self, closing: Closing, product: tuple[str, int], total: int, before: int) -> None:
        key, insurer_id = product
        row = ClosedProduct.objects.create(
            closing=closing, key=key, pregnancy_id=int(key.split(":")[0]), product="natal",
            phase=2, insurer_id=insurer_id, claimable_on=date(2026, 1, 15), total_cents=total,
            cents=total - before, is_correction=product in self.divided, explanation={},
        )  # fmt: skip
        new, old = self.leaves(total), self.leaves(before)
        for leaf in new:
            cents = new[leaf] - old[leaf]
            if cents:
                kind, organisation_id = leaf
                Share.objects.create(
                    product=row, kind=kind, organisation_id=organisation_id or None, cents=cents,
                    discipline="midwives" if organisation_id else "", rule="division",
                    reason="fixed_share",
                )  # fmt: skip

    def leaves(self, cents: int) -> dict[tuple[str, int], int]:
        overhead, reserve = cents * 5 // 100, cents * 10 // 100
        parts = split_largest_remainder(cents - overhead - reserve, WEIGHTS)
        return {
            ("overhead", 0): overhead,
            ("reserve", 0): reserve,
            **{("partner", one.pk): part for one, part in zip(self.partners, parts, strict=True)},
        }

    def paid(self, batch: Batch, cents: int | None = None) -> None:
        """Let the insurer pay what it owes on a file, or part of it."""
        due = due_cents(batch) if cents is None else cents
        reference = f"P{batch.invoice_number}-{next(numbers)}"
        result = take_payment(
            batch, cents=due, paid_on=self.today, reference=reference, now=self.now
        )
        assert result, result
        self.next_day()

    def posted(self) -> Posted:
        return post(self.network, self.now)

    def standing(self) -> dict[str, int]:
        """What stands on each account that is not empty: `insurer_receivable A`, `reserve`, ..."""
        return {
            f"{one.account.kind} {self._letter(one.account)}".strip(): one.cents
            for one in balances(self.network)
            if one.cents
        }

    def _letter(self, account: Account) -> str:
        for letter, insurer in zip("AB", self.insurers, strict=True):
            if account.insurer_id == insurer.pk:
                return letter
        for number, partner in enumerate(self.partners):
            if account.organisation_id == partner.pk:
                return str(number)
        return ""


@contextmanager
def unguarded(tables: str = "ledger_%") -> Iterator[None]:
    """Take the guards of tables away and put them back, as only who owns the database can."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            cursor.execute(
                "SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name LIKE %s",
                [tables],
            )
            triggers = cursor.fetchall()
            for name, _ in triggers:
                cursor.execute(f'DROP TRIGGER "{name}"')
            yield
            for _, sql in triggers:
                cursor.execute(sql)
        else:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("SET session_replication_role = replica")
            yield
            cursor.execute("SET session_replication_role = DEFAULT")
