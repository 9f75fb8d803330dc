"""The bank of an invented region: executes what lies in its folder, once, and tells what moved.

It knows what the network's account received from what the claims and the lender say they paid; the
network then holds its books beside what this bank says.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.models import Payment
from ooievaar.network.models import Network
from ooievaar.settlement.payments.models import InsurerOffset, Loan
from ooievaar.settlement.payments.pain001 import NAMESPACE

MADE_UP_BANK = "OOIE"
"""No bank has this code: nothing could be paid on an account with it."""
OWN_BANK = "BCDM"
"""A bank that has been out of business since 2020, so that it still has a BIC."""
CLOSED_ACCOUNT = "AC04"
CAMT = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"


def made_up_iban(number: int, bank: str = MADE_UP_BANK) -> str:
    """Return a Dutch account number of which only the check digits are real."""
    account = f"{9_990_000_000 + number:010d}"
    digits = "".join(str(int(character, 36)) for character in f"{bank}{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{bank}{account}"


@dataclass(frozen=True, slots=True)
class Moved:
    """What came in (positive) or went out on a day."""

    day: date
    cents: int
    reference: str
    end_to_end: str = ""
    return_code: str = ""


@dataclass(slots=True)
class Bank:
    """The network's account at the bank: what is to be executed, and what was told so far."""

    network: Network
    iban: str
    channel: FolderChannel
    balance: int = 0
    statements: int = 0
    told_until: date = date.min
    waiting: list[Moved] = field(default_factory=list)
    """What moved, or will on its day, and stands on no statement yet."""
    seen: dict[type, int] = field(default_factory=dict)
    """The newest receipt that the bank knows, by what it is."""
    executed: dict[str, int] = field(default_factory=dict)
    """Cents by reference: one that comes twice is a fault of ours."""

    def collect(self, comes_back: frozenset[str] = frozenset()) -> None:
        """Take the files that lie ready; what goes to an IBAN in `comes_back` returns a day later.

        Raises ValueError for a reference that was paid before.
        """
        for _, content in self.channel.collect():
            # The file is our own, of a moment ago.
            root = ElementTree.fromstring(content)  # noqa: S314
            for group in root.iter(f"{NAMESPACE}PmtInf"):
                texts = {one.tag.removeprefix(NAMESPACE): one.text or "" for one in group.iter()}
                dated = group.find(f"{NAMESPACE}ReqdExctnDt")
                assert dated is not None
                day = date.fromisoformat("".join(dated.itertext()).strip())
                assert texts["PmtMtd"] == "TRF"
                for transfer in group.iter(f"{NAMESPACE}CdtTrfTxInf"):
                    self._execute(transfer, day, comes_back)

    def _execute(
        self, transfer: ElementTree.Element, day: date, comes_back: frozenset[str]
    ) -> None:
        texts = {one.tag.removeprefix(NAMESPACE): one.text or "" for one in transfer.iter()}
        reference, cents = texts["EndToEndId"], _cents(texts["InstdAmt"])
        if reference in self.executed:
            raise ValueError(f"{reference} werd al betaald")
        self.executed[reference] = cents
        self.waiting.append(Moved(day, -cents, f"B{reference}", reference))
        if texts["IBAN"] in comes_back:
            back = day + timedelta(days=1)
            self.waiting.append(Moved(back, cents, f"R{reference}", reference, CLOSED_ACCOUNT))

    def statement(self, day: date) -> bytes | None:
        """Return the statement up to and including a day; None when nothing moved."""
        self._hear()
        moved = sorted(
            (one for one in self.waiting if one.day <= day), key=lambda one: (one.day, -one.cents)
        )
        if not moved:
            return None
        self.waiting = [one for one in self.waiting if one.day > day]
        opening, self.balance = self.balance, self.balance + sum(one.cents for one in moved)
        since = max(self.told_until, min(one.day for one in moved))
        self.statements += 1
        self.told_until = day
        return _camt(
            self.iban,
            f"{day:%Y}-{self.statements:04d}",
            (since, opening),
            (day, self.balance),
            moved,
        )

    def _hear(self) -> None:
        """Learn what came in since: of insurers, what was offset did not move; of lenders."""
        offset = InsurerOffset.objects.filter(payment__network=self.network).values("payment_id")
        payments = Payment.objects.filter(network=self.network).exclude(pk__in=offset)
        rows = payments.values_list("pk", "paid_on", "cents", "reference")
        self._take(Payment, rows.filter(pk__gt=self.seen.get(Payment, 0)).order_by("pk"))
        loans = Loan.objects.filter(network=self.network, pk__gt=self.seen.get(Loan, 0))
        received = loans.order_by("pk").values_list("pk", "received_on", "cents", "reference")
        self._take(Loan, received)

    def _take(self, kind: type, rows: Iterable[tuple[int, date, int, str]]) -> None:
        for pk, day, cents, reference in rows:
            self.waiting.append(Moved(day, cents, reference[:35]))
            self.seen[kind] = pk


def _camt(
    iban: str,
    reference: str,
    opening: tuple[date, int],
    closing: tuple[date, int],
    moved: Iterable[Moved],
) -> bytes:
    entries = "".join(_entry(one) for one in moved)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<Document xmlns="{CAMT}"><BkToCstmrStmt><Stmt><Id>{reference}</Id>'
        f"<Acct><Id><IBAN>{iban}</IBAN></Id></Acct>{_balance('OPBD', *opening)}"
        f"{_balance('CLBD', *closing)}{entries}</Stmt></BkToCstmrStmt></Document>"
    ).encode()


def _balance(code: str, day: date, cents: int) -> str:
    return (
        f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>{_amount(cents)}"
        f"<Dt><Dt>{day}</Dt></Dt></Bal>"
    )


def _entry(one: Moved) -> str:
    refs = f"<EndToEndId>{escape(one.end_to_end)}</EndToEndId>" if one.end_to_end else ""
    why = f"<RtrInf><Rsn><Cd>{one.return_code}</Cd></Rsn></RtrInf>" if one.return_code else ""
    return (
        f"<Ntry>{_amount(one.cents)}<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{one.day}</Dt></BookgDt>"
        f"<AcctSvcrRef>{escape(one.reference[:35])}</AcctSvcrRef>"
        f"<NtryDtls><TxDtls><Refs>{refs}</Refs>{why}</TxDtls></NtryDtls></Ntry>"
    )


def _amount(cents: int) -> str:
    euros = f"{abs(cents) // 100}.{abs(cents) % 100:02d}"
    sign = "CRDT" if cents >= 0 else "DBIT"
    return f'<Amt Ccy="EUR">{euros}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'


def _cents(text: str) -> int:
    euros, _, rest = text.partition(".")
    return int(euros) * 100 + int(rest.ljust(2, "0"))
