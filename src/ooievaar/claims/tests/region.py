"""A network with two insurers and what is owed there, in the database, with a portal beside it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.messages.returns import Verdict, Verdicts, write_return
from ooievaar.claims.models import Batch, ClaimLine, LineStanding, ReturnFile
from ooievaar.claims.owed import owed_of
from ooievaar.claims.preparing import approve, prepare
from ooievaar.claims.reconciling import Reconciliation, reconcile
from ooievaar.claims.returning import take_return
from ooievaar.claims.sending import send
from ooievaar.contracts.models import Contract
from ooievaar.network.models import Insurer, Network
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.record.models import Pregnancy, Woman

TODAY = date(2026, 3, 2)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
MONTH = "2026-02"
MAY_NOT_BE = ("A", "B")
numbers = count(1)


def bsn(number: int) -> str:
    """Return a number that passes the eleven-test."""
    base = 100_000_000 + number * 30
    for candidate in range(base, base + 30):
        digits = f"{candidate:09d}"
        weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
        if sum(w * int(c) for w, c in zip(weights, digits, strict=True)) % 11 == 0:
            return digits
    raise AssertionError


@dataclass
class Claims:
    """One network, its women, and what they owe their insurers; the days go by one by one."""

    folder: Path
    name: str = "IGO Declaraties"
    owed: dict[str, dict[str, Any]] = field(default_factory=dict)
    now: datetime = NOW
    today: date = TODAY

    def __post_init__(self) -> None:
        number = next(numbers)
        self.network = Network.objects.create(
            kind="igo", name=f"{self.name} {number}", agb=f"53{number:06d}"
        )
        self.insurers = [
            Insurer.objects.create(uzovi=f"{8000 + next(numbers)}", name=f"Verzekeraar {letter}")
            for letter in MAY_NOT_BE
        ]
        self.contracts = {
            insurer.pk: Contract.objects.create(
                network=self.network,
                insurer=insurer,
                reference=f"claims-{next(numbers)}",
                valid_from=date(2024, 1, 1),
                regime="none",
            )
            for insurer in self.insurers
        }
        self.controller = working(Role.CONTROLLER, network=self.network)
        self.approver = working(Role.APPROVER, network=self.network)
        self.channel = FolderChannel(self.folder)

    def woman(self, **known: Any) -> Pregnancy:
        number = next(numbers)
        values = {"bsn": bsn(number), "name": f"De Vries {number}", "postcode": "1234 AB"}
        values |= {"birth_date": date(1993, 5, 1), "reference": f"vrouw-{number}"}
        woman = Woman.objects.create(**(values | known))
        return Pregnancy.objects.create(woman=woman, reference=f"zwanger-{number}")

    def product(
        self, pregnancy: Pregnancy, cents: int = 60_000, insurer: int = 0, phase: int = 1
    ) -> str:
        """Let a product follow from the care; again with other values: the care changed."""
        key = f"{pregnancy.pk}:{phase}"
        payer = self.insurers[insurer]
        self.owed[key] = dict(
            key=key, pregnancy_id=pregnancy.pk, phase=phase,
            product=("prenatal", "natal", "postnatal")[phase - 1], insurer_id=payer.pk,
            contract_id=self.contracts[payer.pk].pk, starts_on=date(2025, 7, 1),
            claimable_on=date(2026, 2, phase), minutes=0, units=1, cents=cents, rule="product",
            reason="regular",
        )  # fmt: skip
        return key

    def reconcile(self) -> Reconciliation:
        owed = owed_of(self.owed.values(), self.network)
        return reconcile(self.network, self.today, owed=owed, now=self.now)

    def told(self) -> list[tuple[str, int, str]]:
        return [(step.action, step.cents, step.reason) for step in self.reconcile().steps]

    def prepared(self) -> tuple[Batch, ...]:
        self.reconcile()
        made = prepare(
            self.network, by=self.controller, now=self.now, today=self.today, until=MONTH
        )
        assert isinstance(made, tuple), made
        return made

    def sent(self) -> tuple[Batch, ...]:
        """Prepare, approve and send all that can go out; the next day begins."""
        made = self.prepared()
        for batch in made:
            assert approve(batch, self.approver, self.now) is not None
            file = send(batch, self.channel, self.now)
            assert file, file
        self.next_day()
        return made

    def answered(
        self,
        batch: Batch,
        lines: Mapping[str, tuple[int, str]] | None = None,
        *,
        by_portal: bool = False,
        **more: Any,
    ) -> ReturnFile:
        """Answer a file; `lines` has what is not granted whole: reference to cents and code."""
        result = take_return(self.answer(batch, lines, by_portal=by_portal, **more), "r", self.now)
        assert isinstance(result, ReturnFile), result
        self.next_day()
        return result

    def answer(
        self,
        batch: Batch,
        lines: Mapping[str, tuple[int, str]] | None = None,
        *,
        by_portal: bool = False,
        **more: Any,
    ) -> bytes:
        verdicts = Verdicts(
            answered_on=self.today,
            insurer_reference="" if by_portal else f"ZV{batch.invoice_number}",
            lines={ref: Verdict(cents, (code,)) for ref, (cents, code) in (lines or {}).items()},
            **more,
        )
        content = write_return(batch.file.content.encode("iso-8859-1"), verdicts)
        assert isinstance(content, bytes), content
        return content

    def next_day(self) -> None:
        self.now += timedelta(days=1)
        self.today += timedelta(days=1)


def state(line: ClaimLine) -> str:
    return LineStanding.objects.get(line=line).state


def only_line(batch: Batch) -> ClaimLine:
    return ClaimLine.objects.get(batch_lines__batch=batch)
