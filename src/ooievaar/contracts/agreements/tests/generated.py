"""Sound agreements of every shape."""

from datetime import date, timedelta

from hypothesis import strategies as st

from ooievaar.contracts.rules.agreement import (
    ANY_CODE,
    ANY_PRODUCT,
    DISCIPLINES,
    EARMARKED,
    OVERHEAD,
    RESERVE,
    Advances,
    Cooperative,
    Distribution,
    Example,
    GivenProduct,
    Guarantee,
    MemberRule,
    Overhead,
    Party,
    ProductRule,
    Reserve,
    SafetyNet,
    SupplierRule,
    Surcharge,
)
from ooievaar.kernel.money import PPM, split_largest_remainder

PRODUCTS = ("prenatal", "natal_complex", "postnatal", "kraamzorg_hour", ANY_PRODUCT)
CODES = ("V-PAR", "037610", "190036", "G-SEC", "1E5")

names = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Zl", "Zp")),
    min_size=1,
    max_size=20,
).map(str.strip)
names = names.filter(lambda name: bool(name) and not name.isspace())
texts = st.lists(names, min_size=1, max_size=3).map("\n".join)
days = st.dates(date(2020, 1, 1), date(2030, 1, 1))
cents = st.integers(0, 10**9)
ppms = st.integers(0, PPM)
member_methods = st.sampled_from(("fixed_share", "mono_pro_rata", "performed", "by_clients"))


@st.composite
def shares(draw, keys):
    """Parts for some of the keys that add up to the whole."""
    chosen = draw(st.lists(st.sampled_from(sorted(keys)), min_size=1, unique=True))
    weights = draw(st.lists(st.integers(1, 99), min_size=len(chosen), max_size=len(chosen)))
    return dict(zip(chosen, split_largest_remainder(PPM, weights), strict=True))


@st.composite
def agreements(draw) -> Distribution:
    valid_from = draw(days)
    valid_until = draw(st.none() | st.integers(2, 900).map(lambda n: valid_from + timedelta(n)))
    parties, suppliers = draw(who())
    disciplines = {d: draw(member_rule(parties, d)) for d in {p.discipline for p in parties}}
    products = {
        product: draw(product_rule(disciplines, valid_from))
        for product in draw(st.lists(st.sampled_from(PRODUCTS), min_size=1, unique=True))
    }
    return Distribution(
        title=draw(names),
        network=draw(names),
        valid_from=valid_from,
        valid_until=valid_until,
        explanation=draw(st.just("") | texts.map(str.strip)),
        parties=tuple(parties),
        overhead=draw(st.builds(Overhead, st.integers(0, PPM // 4)) | st.builds(
            Overhead, st.just(0), cents)),
        reserve=draw(st.none() | st.builds(
            Reserve, st.integers(0, PPM // 4), st.none() | cents,
            st.sampled_from(("members_decide", "above_ceiling")))),
        surcharges=tuple(
            draw(st.builds(Surcharge, st.just(name), names, cents)
                 | st.builds(Surcharge, st.just(name), names, st.just(0), st.integers(1, PPM // 9)))
            for name in draw(st.lists(names, max_size=2, unique=True))
        ),
        products=products,
        disciplines=disciplines,
        suppliers=tuple(suppliers),
        guarantee=draw(st.none() | guarantees()),
        safety_nets=tuple(
            SafetyNet(uzovi, draw(ppms), draw(ppms))
            for uzovi in draw(st.lists(st.sampled_from(("3311", "0212")), max_size=2, unique=True))
        ),
        advances=draw(st.none() | st.builds(
            Advances, ppms, st.sampled_from(["igo", *(p.agb for p in parties)]), st.none() | cents,
            st.booleans(), st.none() | st.integers(1, 24))),
        pays_when=draw(st.sampled_from(("", "paid", "granted", "divided"))),
        examples=tuple(
            draw(example(name, parties, suppliers, valid_from))
            for name in draw(st.lists(names, max_size=2, unique=True))
        ),
    )  # fmt: skip


@st.composite
def who(draw):
    disciplines = draw(st.lists(st.sampled_from(DISCIPLINES), min_size=1, max_size=4))
    called = draw(
        st.lists(names.map("x {}".format), min_size=len(disciplines) + 1, unique=True,
                 max_size=len(disciplines) + 1)
    )  # fmt: skip
    agbs = draw(st.permutations([f"{n}8999{n:03d}" for n in range(len(disciplines) + 1)]))
    parties = [Party(*row) for row in zip(agbs, called, disciplines, strict=False)]
    codes = draw(st.lists(st.sampled_from(CODES), min_size=1, max_size=2, unique=True))
    prices = {code: draw(cents) for code in codes if draw(st.booleans())}
    supplier = SupplierRule(agbs[-1], called[-1], tuple(codes), prices)
    return parties, [supplier] if draw(st.booleans()) else []


@st.composite
def member_rule(draw, parties, discipline):
    own = [party.agb for party in parties if party.discipline == discipline]
    cooperatives = ()
    if len(own) > 1 and draw(st.booleans()):
        method = draw(member_methods)
        members = own[1:]
        inside = draw(shares(members)) if method == "fixed_share" else {}
        cooperatives = (Cooperative(own[0], tuple(members), method, inside, draw(st.booleans())),)
        own = own[:1]
    method = draw(member_methods)
    fixed = draw(shares(own)) if method == "fixed_share" or draw(st.booleans()) else {}
    return MemberRule(method, fixed, draw(st.booleans()), cooperatives)


@st.composite
def product_rule(draw, disciplines, valid_from):
    method = draw(st.sampled_from(("fixed_share", "mono_pro_rata", "performed")))
    if method == "performed":
        codes = st.sampled_from((*CODES, ANY_CODE))
        return ProductRule(method, unit_prices=draw(st.dictionaries(codes, cents, max_size=3)))
    parts = draw(shares(disciplines))
    members = {
        discipline: draw(st.sampled_from(("performed", "by_clients")))
        for discipline in parts
        if draw(st.booleans())
    }
    until = valid_from + timedelta(draw(st.integers(1, 400))) if method != "fixed_share" else None
    return ProductRule(method, parts, until, members=members)


@st.composite
def guarantees(draw):
    first, count = draw(st.integers(2020, 2030)), draw(st.integers(1, 4))
    falling = sorted(draw(st.lists(ppms, min_size=count, max_size=count)), reverse=True)
    years = {first + n: ppm for n, ppm in enumerate(falling)}
    sources = st.lists(
        st.sampled_from(("safety_net", "reserve", "gainers")), min_size=1, unique=True
    ).map(tuple)
    if draw(st.booleans()):
        return Guarantee(years, "mono_of_year", draw(st.integers(2000, 2100)), draw(ppms),
                         draw(sources))  # fmt: skip
    return Guarantee(years, "mono_of_this_care", None, draw(ppms), draw(sources))


@st.composite
def example(draw, name, parties, suppliers, valid_from):
    agbs = [party.agb for party in parties]
    amounts = st.integers(-(10**7), 10**7)
    outcomes = [*agbs, *(row.agb for row in suppliers), *DISCIPLINES]
    outcomes += [OVERHEAD, RESERVE, EARMARKED]
    given = st.builds(
        GivenProduct,
        st.sampled_from(("prenatal", "natal_on_request", "kraamzorg_hour")),
        amounts,
        st.none() | st.just(valid_from),
        st.dictionaries(st.sampled_from(agbs), st.integers(0, 5_000)),
        st.dictionaries(
            st.sampled_from(agbs),
            st.dictionaries(st.sampled_from(CODES), st.integers(0, 9), min_size=1, max_size=2),
        ),
        st.dictionaries(st.sampled_from(agbs), st.integers(0, 10**6)),
        st.dictionaries(st.sampled_from([row.agb for row in suppliers]), st.integers(0, 10**5))
        if suppliers
        else st.just({}),
    )
    then = st.dictionaries(st.sampled_from(outcomes), amounts, min_size=1)
    return Example(name, tuple(draw(st.lists(given, min_size=1, max_size=2))), draw(then))
