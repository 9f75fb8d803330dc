"""What is owed: the products that follow from the care, as lines that could be claimed."""

import hashlib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import islice
from typing import Any

from django.db.models.functions import Coalesce

from ooievaar import rulebook
from ooievaar.bundles.models import Derivation, Product
from ooievaar.claims.rules.deadlines import last_day_to_claim
from ooievaar.claims.rules.difference import Owed
from ooievaar.contracts.models import Contract
from ooievaar.kernel.identifiers import is_bsn, is_uzovi
from ooievaar.network.models import Insurer, Network
from ooievaar.record.models import Pregnancy
from ooievaar.record.women.who import identity_columns, identity_of

Row = Mapping[str, Any]

COLUMNS = (
    *("key", "pregnancy_id", "phase", "product", "insurer_id", "contract_id", "starts_on"),
    *("claimable_on", "minutes", "units", "cents", "rule", "reason"),
)
MOST_CENTS = 99_999_999
"""What fits in the eight positions of an amount."""
MOST_UNITS = 9_999
AT_ONCE = 5_000
NAME_POSITIONS = 25
ENCODING = "iso-8859-1"


@dataclass(frozen=True, slots=True)
class Insured:
    """Who a line is about, as she is known now; `person_hash` changes when that does."""

    woman_id: int
    bsn: str
    birth_date: date | None
    name: str
    postcode: str

    @property
    def person_hash(self) -> str:
        """The SHA-256 of what an insurer finds her by."""
        return hashlib.sha256(f"{self.bsn}|{self.birth_date or ''}".encode()).hexdigest()

    @property
    def hindrance(self) -> str:
        """Why she cannot stand on a claim, in a word; empty: she can."""
        if not is_bsn(self.bsn):
            return "no_bsn"
        if not self.birth_date:
            return "no_birth_date"
        return "" if self.name.strip() and is_writable(self.name) else "name_not_writable"


def newest_owed(network: Network) -> list[Owed]:
    """Return what is owed by the newest derivation of a network: every product that is closed."""
    newest = Derivation.objects.filter(network=network).order_by("-pk").first()
    products = Product.objects.filter(derivation=newest, is_open=False)
    return owed_of(products.order_by().values(*COLUMNS).iterator(chunk_size=AT_ONCE), network)


def owed_of(rows: Iterable[Row], network: Network) -> list[Owed]:
    """Return products (rows as the engine gives them) as lines that could be claimed.

    Open products are left out.
    """
    closed = [row for row in rows if not row.get("is_open")]
    book = rulebook.load()
    insured = insured_of({row["pregnancy_id"] for row in closed})
    hashes = {pregnancy: who.person_hash for pregnancy, who in insured.items()}
    numbered = {pk for pk, uzovi in Insurer.objects.values_list("pk", "uzovi") if is_uzovi(uzovi)}
    months = dict(Contract.objects.filter(network=network).values_list("pk", "claim_within_months"))
    owed = []
    for row in closed:
        pregnancy, cents, starts_on = row["pregnancy_id"], row["cents"], row["starts_on"]
        ends_on = max(starts_on, row["claimable_on"] - timedelta(days=1))
        units = row["units"]
        # Aantal x tarief is the amount: what is not so by unit is claimed as one.
        if not 1 <= units <= MOST_UNITS or cents % units:
            units = 1
        hindrance = insured[pregnancy].hindrance
        if not hindrance and row["insurer_id"] not in numbered:
            hindrance = "no_uzovi"
        elif not hindrance and book.claim_code(row["product"], starts_on) is None:
            hindrance = "no_claim_code"
        elif not hindrance and cents > MOST_CENTS:
            hindrance = "too_much_for_a_line"
        owed.append(
            Owed(
                key=row["key"],
                insurer_id=row["insurer_id"],
                contract_id=row["contract_id"],
                pregnancy_id=pregnancy,
                product=row["product"],
                phase=row["phase"],
                starts_on=starts_on,
                ends_on=ends_on,
                units=units,
                tariff_cents=cents // units,
                cents=cents,
                content=content_of(
                    row["insurer_id"], row["product"], starts_on, ends_on, units, cents
                ),
                person_hash=hashes[pregnancy],
                deadline=last_day_to_claim(ends_on, months.get(row["contract_id"], 12)),
                hindrance=hindrance,
                minutes=row["minutes"],
                rule=row["rule"],
                reason=row["reason"],
            )
        )
    return owed


def content_of(
    insurer_id: int, product: str, starts_on: date, ends_on: date, units: int, cents: int
) -> str:
    """Return the SHA-256 of what a line claims; its tariff follows from units and cents."""
    text = f"{insurer_id}|{product}|{starts_on}|{ends_on}|{units}|{cents}"
    return hashlib.sha256(text.encode()).hexdigest()


def insured_of(pregnancy_ids: Iterable[int]) -> dict[int, Insured]:
    """Return who each pregnancy is about, by all the records of her."""
    found: dict[int, Insured] = {}
    for some in _parts(iter(pregnancy_ids)):
        rows = (
            Pregnancy.objects.filter(pk__in=some)
            .annotate(**identity_columns("woman"))
            .annotate(kept_id=Coalesce("woman__same_as_id", "woman_id"))
        )
        for row in rows:
            who = identity_of(row)
            found[row.pk] = Insured(row.kept_id, who.bsn, who.birth_date, who.name, who.postcode)
    return found


def writable_name(name: str) -> str:
    """Return a name in the characters of a message: what has no place there loses its mark."""
    if _fits(name):
        return name[:NAME_POSITIONS]
    bare = "".join(
        letter if _fits(letter) else unicodedata.normalize("NFKD", letter) for letter in name
    )
    kept = "".join(letter for letter in bare if not unicodedata.combining(letter))
    return kept[:NAME_POSITIONS]


def is_writable(name: str) -> bool:
    """Tell whether a name can be written in a message, with or without its marks."""
    return _fits(writable_name(name))


def _fits(text: str) -> bool:
    try:
        text.encode(ENCODING)
    except UnicodeEncodeError:
        return False
    return text.isprintable()


def _parts(ids: Iterator[int]) -> Iterator[list[int]]:
    while some := list(islice(ids, AT_ONCE)):
        yield some
