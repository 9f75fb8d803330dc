"""A network with partners, what stands in its books, and a bank beside it."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count
from pathlib import Path
from xml.etree import ElementTree

from ooievaar.claims.channel import FolderChannel
from ooievaar.network.models import Insurer, Membership, Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.settlement.ledger.commands import post_transaction
from ooievaar.settlement.ledger.queries import balance_of
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.payments.accounts import approve_account, propose_account
from ooievaar.settlement.payments.deciding import approve_run
from ooievaar.settlement.payments.models import BankAccount, BankStatement, PaymentRun
from ooievaar.settlement.payments.pain001 import NAMESPACE
from ooievaar.settlement.payments.proposing import propose_run
from ooievaar.settlement.payments.sending import send_run
from ooievaar.settlement.payments.statements_in import take_statements

MONDAY, TUESDAY = date(2026, 3, 2), date(2026, 3, 3)
NOW = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SINCE = date(2025, 1, 1)
numbers = count(1)


def iban(number: int, bank: str = "ABNA") -> str:
    """Return a Dutch account number whose check digits are right."""
    account = f"{number:010d}"
    digits = "".join(str(int(c, 36)) for c in f"{bank}{account}NL00")
    return f"NL{98 - int(digits) % 97:02d}{bank}{account}"


@dataclass
class Bank:
    """Executes what lies in the folder, once, and tells it on a statement."""

    channel: FolderChannel
    iban: str
    balance: int = 0
    number: int = 0
    paid: dict[str, int] = field(default_factory=dict)
    by_iban: dict[str, int] = field(default_factory=dict)
    messages: list[str] = field(default_factory=list)
    news: list[str] = field(default_factory=list)
    news_cents: int = 0

    def collect(self) -> None:
        for _, content in self.channel.collect():
            self.execute(content)

    def execute(self, content: bytes) -> None:
        root = ElementTree.fromstring(content)
        [message] = [one.text for one in root.iter(f"{NAMESPACE}MsgId")]
        assert message and message not in self.messages, "the bank takes a message once"
        self.messages.append(message)
        for transfer in root.iter(f"{NAMESPACE}CdtTrfTxInf"):
            values = {one.tag.removeprefix(NAMESPACE): one.text for one in transfer.iter()}
            reference, to = str(values["EndToEndId"]), str(values["IBAN"])
            cents = int(str(values["InstdAmt"]).replace(".", ""))
            assert reference not in self.paid
            self.paid[reference] = cents
            self.by_iban[to] = self.by_iban.get(to, 0) + cents
            self.tell(-cents, reference)

    def comes_back(self, reference: str, code: str = "AC04") -> None:
        back = f"<RtrInf><Rsn><Cd>{code}</Cd></Rsn></RtrInf>"
        self.tell(self.paid[reference], reference, more=back)

    def tell(self, cents: int, reference: str = "", more: str = "", batch: str = "") -> None:
        sign = "CRDT" if cents > 0 else "DBIT"
        refs = f"<EndToEndId>{reference}</EndToEndId>" if reference else ""
        refs += f"<PmtInfId>{batch}</PmtInfId>" if batch else ""
        self.news.append(
            f'<Ntry><Amt Ccy="EUR">{euros(abs(cents))}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"<Sts><Cd>BOOK</Cd></Sts><BookgDt><Dt>{TUESDAY}</Dt></BookgDt>"
            f"<NtryDtls><TxDtls><Refs>{refs}</Refs>{more}</TxDtls></NtryDtls></Ntry>"
        )
        self.news_cents += cents

    def statement(self, day: date = TUESDAY) -> bytes:
        self.number += 1
        opening, self.balance = self.balance, self.balance + self.news_cents
        news = "".join(self.news)
        content = camt(self.iban, f"S{self.number}", opening, self.balance, news, day)
        self.news, self.news_cents = [], 0
        return content


def euros(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


def camt(
    iban: str, reference: str, opening: int, closing: int, entries: str, day: date = TUESDAY
) -> bytes:
    def balance(code: str, cents: int) -> str:
        sign = "CRDT" if cents >= 0 else "DBIT"
        return (
            f"<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp>"
            f'<Amt Ccy="EUR">{euros(abs(cents))}</Amt><CdtDbtInd>{sign}</CdtDbtInd>'
            f"<Dt><Dt>{day}</Dt></Dt></Bal>"
        )

    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        '<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"><BkToCstmrStmt>'
        f"<Stmt><Id>{reference}</Id><Acct><Id><IBAN>{iban}</IBAN></Id></Acct>"
        f"{balance('OPBD', opening)}{balance('CLBD', closing)}{entries}</Stmt>"
        "</BkToCstmrStmt></Document>"
    ).encode()


class World:
    """One network, its partners with their accounts, and the days that go by."""

    def __init__(self, folder: Path, partners: int = 2, network: Network | None = None) -> None:
        number = next(numbers)
        self.now, self.today = NOW, MONDAY
        self.network = network or Network.objects.create(
            kind="igo", name=f"IGO Betalingen {number}"
        )
        self.insurer = Insurer.objects.create(uzovi=f"{7000 + number}", name="Verzekeraar")
        self.controller = working(Role.CONTROLLER, network=self.network)
        self.approver = working(Role.APPROVER, network=self.network)
        self.own = self.account(None, "ING")
        self.partners = [self.partner(f"Praktijk {n}") for n in range(1, partners + 1)]
        self.channel = FolderChannel(folder)
        self.bank = Bank(self.channel, self.own.iban)

    def partner(self, name: str, discipline: str = "midwives", *, account: bool = True):
        organisation = Organisation.objects.create(
            agb=f"{next(numbers):08d}", name=name, discipline=discipline
        )
        Membership.objects.create(
            network=self.network, organisation=organisation, kind="voting", valid_from=SINCE
        )
        if account:
            self.account(organisation)
        return organisation

    def account(
        self,
        organisation: Organisation | None,
        bank: str = "ABNA",
        valid_from: date = SINCE,
        number: str | None = None,
    ) -> BankAccount:
        """Propose and approve an account."""
        account = propose_account(
            self.controller,
            self.network,
            organisation,
            iban=number or iban(next(numbers), "INGB" if bank == "ING" else bank),
            name=organisation.name if organisation else "IGO Betalingen",
            valid_from=valid_from,
            now=self.now,
        )
        assert isinstance(account, BankAccount), account
        assert approve_account(self.approver, account, self.now)
        return account

    def earns(self, organisation: Organisation, cents: int) -> None:
        """Let the books owe a partner more, or less."""
        self.books(
            {
                AccountKey("partner_payable", organisation.pk): -cents,
                AccountKey("undivided", self.insurer.pk): cents,
            }
        )

    def has_ahead(self, organisation: Organisation, cents: int) -> None:
        """Let a partner have an advance that was paid long ago."""
        self.books(
            {
                AccountKey("partner_advance", organisation.pk): cents,
                AccountKey("undivided", self.insurer.pk): -cents,
            }
        )

    def books(self, amounts: dict[AccountKey, int]) -> None:
        cause = ("test", next(numbers))
        post_transaction(self.network, self.today, cause, amounts, reason="divided", now=self.now)

    def stands(self, kind: str, organisation: Organisation | None = None) -> int:
        key = AccountKey(kind, organisation.pk if organisation else 0)
        return balance_of(self.network, key)

    def proposed(self, **more) -> PaymentRun:
        made = propose_run(
            self.controller, self.network, pay_on=self.pay_day(), now=self.now, **more
        )
        assert isinstance(made, PaymentRun), made.reason
        return made

    def approved(self, **more) -> PaymentRun:
        run = self.proposed(**more)
        step = approve_run(self.approver, run, self.now)
        assert step, step.reason
        return run

    def sent(self, **more) -> PaymentRun:
        run = self.approved(**more)
        send_run(run, self.channel, self.now)
        self.bank.collect()
        return run

    def told(self) -> list[BankStatement]:
        taken = take_statements(
            self.network, "s.xml", self.bank.statement(max(self.today, TUESDAY)), self.now
        )
        assert isinstance(taken, list), taken
        return taken

    def pay_day(self) -> date:
        day = self.today + timedelta(days=1)
        while day.isoweekday() > 5:
            day += timedelta(days=1)
        return day

    def next_day(self, days: int = 1) -> None:
        self.now += timedelta(days=days)
        self.today += timedelta(days=days)

    def on_account(self, organisation: Organisation) -> int:
        """Return what the bank put on the accounts of a partner."""
        own = BankAccount.objects.filter(organisation=organisation)
        return sum(self.bank.by_iban.get(account.iban, 0) for account in own)

    def line(self, run: PaymentRun, organisation: Organisation):
        return run.lines.get(organisation=organisation)
