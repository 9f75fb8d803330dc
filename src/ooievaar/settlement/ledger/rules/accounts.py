"""The chart of accounts: which kinds there are, whose they are, and how a bookkeeper reads them."""

from dataclasses import dataclass
from enum import StrEnum


class Party(StrEnum):
    """Whose an account is, beside the network's."""

    INSURER = "insurer"
    ORGANISATION = "organisation"
    NOBODY = ""


class Side(StrEnum):
    """What a balance means: what we have, what we owe, or what is our own."""

    ASSETS = "Assets"
    LIABILITIES = "Liabilities"
    EQUITY = "Equity"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of account; `name` is how it is called in a file of another program."""

    party: Party
    side: Side
    name: str


KINDS: dict[str, Kind] = {
    "insurer_receivable": Kind(Party.INSURER, Side.ASSETS, "Insurers:Receivable"),
    "undivided": Kind(Party.INSURER, Side.ASSETS, "Insurers:Undivided"),
    "disputed": Kind(Party.INSURER, Side.ASSETS, "Insurers:Disputed"),
    "insurer_advance": Kind(Party.INSURER, Side.LIABILITIES, "Insurers:Advance"),
    "safety_net": Kind(Party.INSURER, Side.ASSETS, "Insurers:SafetyNet"),
    "partner_payable": Kind(Party.ORGANISATION, Side.LIABILITIES, "Partners:Payable"),
    "partner_advance": Kind(Party.ORGANISATION, Side.ASSETS, "Partners:Advance"),
    "partner_guarantee": Kind(Party.ORGANISATION, Side.LIABILITIES, "Partners:Guarantee"),
    "supplier_payable": Kind(Party.ORGANISATION, Side.LIABILITIES, "Suppliers:Payable"),
    "lender": Kind(Party.ORGANISATION, Side.LIABILITIES, "Lenders"),
    "overhead": Kind(Party.NOBODY, Side.EQUITY, "Overhead"),
    "reserve": Kind(Party.NOBODY, Side.EQUITY, "Reserve"),
    "surcharge": Kind(Party.NOBODY, Side.EQUITY, "Surcharge"),
    "own_contributions": Kind(Party.NOBODY, Side.ASSETS, "OwnContributions"),
    "opening": Kind(Party.NOBODY, Side.EQUITY, "Opening"),
    "bank": Kind(Party.NOBODY, Side.ASSETS, "Bank"),
}


@dataclass(frozen=True, slots=True, order=True)
class AccountKey:
    """An account by its kind and the insurer or organisation it is of (0: nobody's)."""

    kind: str
    party_id: int = 0

    def __post_init__(self) -> None:
        if bool(self.party_id) != bool(KINDS[self.kind].party):
            raise ValueError(f"an account {self.kind} with party {self.party_id}")

    def __str__(self) -> str:
        return f"{self.kind}:{self.party_id}" if self.party_id else self.kind


def read_key(text: str) -> AccountKey:
    """Read an account from how it is written: `partner_payable:12`."""
    kind, _, party = text.partition(":")
    return AccountKey(kind, int(party or 0))
