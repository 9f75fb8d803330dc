"""What a distribution agreement says, as values: the text of `contracts.agreements` and back.

Percentages are parts per million, amounts integer cents, a party its AGB code. `findings` says
what its parts say against each other.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from ooievaar.kernel.money import PPM

Method = Literal["fixed_share", "mono_pro_rata", "performed"]
"""How the income of a product is divided over the disciplines, or over everybody at once."""
MemberMethod = Literal["fixed_share", "mono_pro_rata", "performed", "by_clients"]
"""How a discipline, or a cooperative, divides over its own."""

ANY_PRODUCT = "*"
"""Stands for every product that the text does not name."""
ANY_CODE = "*"
"""Stands for every activity code that the internal prices do not name."""
OVERHEAD = "overhead"
RESERVE = "reserve"
EARMARKED = "earmarked"

DISCIPLINES = ("midwives", "gynaecologists", "hospital", "kraamzorg", "ultrasound", "other")
"""In the order in which they stand in the text."""


@dataclass(frozen=True, slots=True)
class Party:
    """Who takes part; within one text its name points at it."""

    agb: str
    name: str
    discipline: str


@dataclass(frozen=True, slots=True)
class Overhead:
    """What the organisation itself costs, taken off first: a part, or an amount a month."""

    ppm: int = 0
    cents_per_month: int = 0


@dataclass(frozen=True, slots=True)
class Reserve:
    """What is put aside after the overhead, until the ceiling; and what happens to the rest.

    `release`: `members` decide, or what is above the ceiling goes back to who brought it in.
    """

    ppm: int
    ceiling_cents: int | None = None
    release: Literal["members_decide", "above_ceiling"] = "members_decide"


@dataclass(frozen=True, slots=True)
class Surcharge:
    """Money with a purpose of its own, an amount a year or a part; it is not divided."""

    name: str
    purpose: str
    cents: int = 0
    ppm: int = 0


@dataclass(frozen=True, slots=True)
class ProductRule:
    """How one product is divided: `shares` of the disciplines with `fixed_share`.

    `until`: the day on which `mono_pro_rata` ends; the `shares` hold from then on. `unit_prices`:
    internal prices by activity code (`*`: every other code), with `performed`. `members`: where a
    discipline divides this product in another way than its own rule says.
    """

    method: Method
    shares: Mapping[str, int] = field(default_factory=dict)
    until: date | None = None
    unit_prices: Mapping[str, int] = field(default_factory=dict)
    members: Mapping[str, MemberMethod] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Cooperative:
    """A party that divides its part over its own members (`shares` where those are fixed)."""

    agb: str
    members: tuple[str, ...]
    method: MemberMethod
    shares: Mapping[str, int] = field(default_factory=dict)
    is_secret: bool = False


@dataclass(frozen=True, slots=True)
class MemberRule:
    """How a discipline divides over its parties; a secret rule is shown to its own only."""

    method: MemberMethod
    shares: Mapping[str, int] = field(default_factory=dict)
    is_secret: bool = False
    cooperatives: tuple[Cooperative, ...] = ()


@dataclass(frozen=True, slots=True)
class SupplierRule:
    """Care bought from outside: paid by invoice from the product it belongs to, before all else.

    `prices` per code, in cents; a code without one is paid by the price list.
    """

    agb: str
    name: str
    codes: tuple[str, ...]
    prices: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Guarantee:
    """A floor under the income of a partner, by year, against its reference income.

    `cap_ppm`: most that a partner gets from it, of its reference. `financed_by`, in that order.
    """

    ppm_by_year: Mapping[int, int]
    reference: Literal["mono_of_year", "mono_of_this_care"]
    reference_year: int | None = None
    cap_ppm: int = PPM
    financed_by: tuple[Literal["safety_net", "reserve", "gainers"], ...] = (
        "safety_net",
        "reserve",
        "gainers",
    )


@dataclass(frozen=True, slots=True)
class SafetyNet:
    """With one insurer: outside the corridor around the old income, `share_ppm` is settled."""

    uzovi: str
    corridor_ppm: int
    share_ppm: int


@dataclass(frozen=True, slots=True)
class Advances:
    """Monthly advances on expected income; `lender` is the IGO itself or the AGB of a party.

    Stop rules: for who leaves, and for who after so many months has delivered nothing.
    """

    share_ppm: int
    lender: str = "igo"
    limit_cents: int | None = None
    stop_when_leaving: bool = True
    stop_after_months_without_care: int | None = None


@dataclass(frozen=True, slots=True)
class GivenProduct:
    """A product of an example, and what was done for it: units, and what the old way would pay.

    Units are minutes of kraamzorg and otherwise acts; `codes` are acts by code, for a product with
    internal prices. Without `starts_on` it starts with the agreement.
    """

    product: str
    cents: int
    starts_on: date | None = None
    performed: Mapping[str, int] = field(default_factory=dict)
    codes: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    mono: Mapping[str, int] = field(default_factory=dict)
    supplied: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Example:
    """Given these products, then these cents: by AGB, by discipline, overhead, reserve."""

    name: str
    given: tuple[GivenProduct, ...]
    then: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class Distribution:
    """One agreement, whole; it holds for products whose phase starts in its period.

    `pays_when`: what insurers paid, granted, or all that was divided; empty: it does not say.
    """

    title: str
    network: str
    valid_from: date
    parties: tuple[Party, ...]
    products: Mapping[str, ProductRule]
    disciplines: Mapping[str, MemberRule]
    valid_until: date | None = None
    explanation: str = ""
    overhead: Overhead = Overhead()
    reserve: Reserve | None = None
    surcharges: tuple[Surcharge, ...] = ()
    suppliers: tuple[SupplierRule, ...] = ()
    guarantee: Guarantee | None = None
    safety_nets: tuple[SafetyNet, ...] = ()
    advances: Advances | None = None
    pays_when: Literal["", "paid", "granted", "divided"] = ""
    rounding: Literal["largest_remainder"] = "largest_remainder"
    examples: tuple[Example, ...] = ()

    def __post_init__(self) -> None:
        """Put the parties in the order of their disciplines, as the text does."""
        ordered = sorted(self.parties, key=lambda party: DISCIPLINES.index(party.discipline))
        object.__setattr__(self, "parties", tuple(ordered))

    def party(self, agb: str) -> Party | None:
        """Return a party by its AGB code."""
        return next((party for party in self.parties if party.agb == agb), None)

    def rule_for(self, product: str) -> ProductRule | None:
        """Return how a product is divided; None: it is not part of the agreement."""
        return self.products.get(product) or self.products.get(ANY_PRODUCT)

    def parties_of(self, discipline: str) -> tuple[Party, ...]:
        """Return the parties of a discipline."""
        return tuple(party for party in self.parties if party.discipline == discipline)


Place = tuple[str | int, ...]
"""Where in a Distribution: field names, keys and positions from the top."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something an agreement says against itself: where, what was found, what was expected."""

    place: Place
    found: str
    expected: str


def as_shown_to(agreement: Distribution, agbs: frozenset[str]) -> Distribution:
    """Return the agreement without the secret rules of which none of these parties is a member."""
    hidden: set[str] = set()
    rules: dict[str, MemberRule] = {}
    for discipline, rule in agreement.disciplines.items():
        own = {party.agb for party in agreement.parties_of(discipline)}
        if rule.is_secret and not own & agbs:
            rules[discipline] = MemberRule(rule.method, is_secret=True)
            hidden |= own
            continue
        closed = {
            c.agb for c in rule.cooperatives if c.is_secret and not {c.agb, *c.members} & agbs
        }
        cooperatives = tuple(
            replace(row, shares={}) if row.agb in closed else row for row in rule.cooperatives
        )
        rules[discipline] = replace(rule, cooperatives=cooperatives)
        hidden |= {agb for c in rule.cooperatives if c.agb in closed for agb in c.members}
    examples = tuple(
        replace(row, then={key: cents for key, cents in row.then.items() if key not in hidden})
        for row in agreement.examples
    )
    return replace(agreement, disciplines=rules, examples=examples)


def findings(agreement: Distribution) -> Iterator[Finding]:
    """Yield what does not fit: shares that are no whole, unknown parties, days out of order."""
    if agreement.valid_until is not None and agreement.valid_until <= agreement.valid_from:
        yield Finding(("valid_until",), f"{agreement.valid_until}", "een dag na geldt_vanaf")
    yield from _about_amounts(agreement)
    for product, rule in agreement.products.items():
        yield from _about_product(agreement, product, rule)
    for discipline, member_rule in agreement.disciplines.items():
        yield from _about_members(agreement, discipline, member_rule)
    yield from _about_guarantee(agreement)
    yield from _about_names(agreement)
    for index, example in enumerate(agreement.examples):
        for number, given in enumerate(example.given):
            day = given.starts_on or agreement.valid_from
            if day < agreement.valid_from or day >= (agreement.valid_until or date.max):
                place: Place = ("examples", index, "given", number, "starts_on")
                yield Finding(place, f"{day}", "een dag waarop deze afspraak geldt")


def _about_names(agreement: Distribution) -> Iterator[Finding]:
    """Yield what stands twice where one would do."""
    named: dict[str, list[str]] = {
        "surcharges": [row.name for row in agreement.surcharges],
        "suppliers": [row.agb for row in agreement.suppliers],
        "safety_nets": [row.uzovi for row in agreement.safety_nets],
        "examples": [row.name for row in agreement.examples],
    }
    for key, names in named.items():
        for index, name in enumerate(names):
            if name in names[:index]:
                yield Finding((key, index), f"{name} twee keer", "één keer")
            elif key == "suppliers" and agreement.party(name) is not None:
                yield Finding((key, index, "agb"), name, "iemand die zelf geen partij is")


def _about_amounts(agreement: Distribution) -> Iterator[Finding]:
    taken = agreement.overhead.ppm + (agreement.reserve.ppm if agreement.reserve else 0)
    taken += sum(row.ppm for row in agreement.surcharges)
    if taken > PPM:
        yield Finding(
            ("overhead",), _percent(taken), "samen met reserve en toeslagen hooguit 100 %"
        )
    agbs = [party.agb for party in agreement.parties]
    for party in agreement.parties:
        if agbs.count(party.agb) > 1:
            place: Place = ("parties", party.discipline, party.agb)
            yield Finding(place, f"AGB-code {party.agb} twee keer", "elke AGB-code één keer")
    lender = agreement.advances.lender if agreement.advances else "igo"
    if lender != "igo" and agreement.party(lender) is None:
        yield Finding(("advances", "lender"), lender, "igo of een van de partijen")


def _about_product(agreement: Distribution, product: str, rule: ProductRule) -> Iterator[Finding]:
    at: Place = ("products", product)
    known = {party.discipline for party in agreement.parties}
    if rule.method == "performed" and rule.shares:
        yield Finding((*at, "shares"), "aandelen", "geen aandelen bij naar verrichtingen")
    elif rule.method == "fixed_share" or rule.shares:
        yield from _whole(rule.shares, (*at, "shares"))
    for discipline in rule.shares:
        if discipline not in known:
            yield Finding((*at, "shares", discipline), discipline, "een beroep dat partijen heeft")
        elif discipline not in agreement.disciplines:
            expected = "ook bij disciplines: hoe dit beroep zelf verdeelt"
            yield Finding((*at, "shares", discipline), discipline, expected)
    for discipline, method in rule.members.items():
        own = agreement.disciplines.get(discipline)
        if discipline not in rule.shares:
            expected = "een beroep met een aandeel in dit product"
            yield Finding((*at, "members", discipline), discipline, expected)
        elif method == "fixed_share" and own is not None and not own.shares:
            expected = "bij disciplines ook aandelen voor dit beroep"
            yield Finding((*at, "members", discipline), "vast aandeel", expected)
    if rule.method != "performed" and rule.unit_prices:
        yield Finding((*at, "unit_prices"), "prijzen", "alleen bij de werkwijze naar verrichtingen")
    yield from _about_the_end(agreement, at, rule)


def _about_the_end(agreement: Distribution, at: Place, rule: ProductRule) -> Iterator[Finding]:
    """Yield what is wrong with the day on which dividing as the old system did ends."""
    if rule.method != "mono_pro_rata":
        if rule.until is not None:
            expected = "alleen bij de werkwijze zoals de oude bekostiging"
            yield Finding((*at, "until"), f"{rule.until}", expected)
        return
    if rule.until is None:
        yield Finding((*at, "until"), "niets", "een einddag: deze werkwijze is een begin")
        return
    if rule.until <= agreement.valid_from:
        yield Finding((*at, "until"), f"{rule.until}", "een dag na geldt_vanaf")
    goes_on = agreement.valid_until is None or agreement.valid_until > rule.until
    if goes_on and not rule.shares:
        expected = "aandelen voor daarna, of geldt_tot uiterlijk op de dag bij tot"
        yield Finding((*at, "shares"), "niets", expected)


def _about_members(agreement: Distribution, discipline: str, rule: MemberRule) -> Iterator[Finding]:
    at: Place = ("disciplines", discipline)
    own = {party.agb for party in agreement.parties_of(discipline)}
    if not own:
        yield Finding(at, "een beroep zonder partijen", "een beroep dat partijen heeft")
    if rule.method == "fixed_share" or rule.shares:
        yield from _whole(rule.shares, (*at, "shares"))
    for agb in rule.shares:
        if agb not in own:
            yield Finding((*at, "shares", agb), agb, "een partij van dit beroep")
    taken: set[str] = set()
    for index, cooperative in enumerate(rule.cooperatives):
        place: Place = (*at, "cooperatives", index)
        if cooperative.agb not in own:
            yield Finding((*place, "agb"), cooperative.agb, "een partij van dit beroep")
        if cooperative.method == "fixed_share" or cooperative.shares:
            yield from _whole(cooperative.shares, (*place, "shares"))
        for agb in cooperative.members:
            if agb not in own or agb == cooperative.agb or agb in taken:
                expected = "een andere partij van dit beroep, in één coöperatie"
                yield Finding((*place, "members"), agb, expected)
            if agb in rule.shares:
                expected = "alleen een aandeel van de coöperatie"
                yield Finding((*at, "shares", agb), "een lid van een coöperatie", expected)
        for agb in cooperative.shares:
            if agb not in cooperative.members:
                yield Finding((*place, "shares", agb), agb, "een lid van deze coöperatie")
        taken |= set(cooperative.members)


def _about_guarantee(agreement: Distribution) -> Iterator[Finding]:
    guarantee = agreement.guarantee
    if guarantee is None:
        return
    at: Place = ("guarantee",)
    if (guarantee.reference == "mono_of_year") != (guarantee.reference_year is not None):
        expected = "een jaar, precies als de maatstaf het oude inkomen van een jaar is"
        yield Finding((*at, "reference_year"), str(guarantee.reference_year or "niets"), expected)
    previous = None
    for year, ppm in sorted(guarantee.ppm_by_year.items()):
        if previous is not None and ppm > previous:
            expected = f"niet meer dan het jaar ervoor ({_percent(previous)})"
            yield Finding((*at, "ppm_by_year", str(year)), _percent(ppm), expected)
        previous = ppm
    if len(set(guarantee.financed_by)) < len(guarantee.financed_by):
        yield Finding((*at, "financed_by"), "een bron twee keer", "elke bron één keer")


def _whole(shares: Mapping[str, int], place: Place) -> Iterator[Finding]:
    total = sum(shares.values())
    if total != PPM:
        found = f"samen {_percent(total)}" if shares else "geen aandelen"
        yield Finding(place, found, "samen 100 %")


def _percent(ppm: int) -> str:
    whole, rest = divmod(ppm, 10_000)
    return f"{whole},{rest:04d}".rstrip("0").rstrip(",") + " %"
