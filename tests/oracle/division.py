"""The division of products, to the cent, level by level; and the end of a year."""

from collections import defaultdict
from functools import partial

from ooievaar.contracts.rules.schemas import SHARES
from tests.oracle.facts import Book, Row, half_up

PPM = 1_000_000
NOBODY = {"fixed_share": "no_member_share", "mono_pro_rata": "no_mono_value"}


def divide(tables):
    """Return the shares of every product: suppliers, overhead, partners, the reserve."""
    book = Book(tables)
    products = [Dividing(row, book) for row in book.all("products")]
    income, groups = defaultdict(int), defaultdict(list)
    for one in products:  # a month's overhead is borne by what is divided for the first time
        if one.listed and not one.is_short and one.row.carried_cents is None and one.cents > 0:
            income[one.row.month] += one.cents
            groups[one.row.month, one.agreed.agreement_id].append(one)
    for (month, _), group in groups.items():
        mine = sum(one.cents for one in group)
        charged = min(half_up((group[0].agreed.overhead_cents or 0) * mine, income[month]), mine)
        parts = largest_remainder(charged, {one.row.product_no: one.cents for one in group})
        for one in group:
            one.monthly = (parts.get(one.row.product_no, 0), charged, one.cents, mine)
    return [share for one in products for share in one.divide()]


class Dividing:
    """One product, what was done for it, and the agreement that divides it."""

    def __init__(self, row, book):
        self.row, self.book, self.shares, self.listed = row, book, [], None
        self.members = {one.organisation_id for one in book.held(row.starts_on, "memberships")}
        self.costs = book.all("supplier_costs", product_no=row.product_no)
        self.cents = row.cents - sum(cost.cents for cost in self.costs)
        self.is_short = self.cents * row.cents < 0 or bool(self.cents and not row.cents)
        carried = min(max(row.carried_cents or 0, 0), max(self.cents, 0))
        self.monthly = (carried, carried, 1, 1)  # cents, of what, its weight, of all weights
        if agreed := book.on(row.starts_on, "agreements"):
            self.agreed = agreed
            self.told = partial(book.all, agreement_id=agreed.agreement_id)
            self.find_rule()

    def find_rule(self):
        """Find the method, and the name under which the agreement lists the product."""
        for listed in (self.row.product, "*"):
            rules = self.told("product_rules", product=listed)
            shares = self.told("discipline_shares", product=listed)
            self.fixed = {row.discipline: row.ppm for row in shares if row.ppm}
            self.prices = {row.code: row.cents for row in self.told("unit_prices", product=listed)}
            if rules or self.fixed:
                ended = rules and rules[0].until and rules[0].until <= self.row.starts_on
                self.method = rules[0].method if rules and not ended else "fixed_share"
                self.listed = listed if self.fixed or self.method != "fixed_share" else None
                break

    def give(self, kind, reason, cents, of, weight, total, told):
        """Add a share: so much of what was split, by its weight among all weights."""
        share = dict.fromkeys(SHARES) | {"product_no": self.row.product_no, "rule": "division"}
        share |= {"kind": kind, "discipline": "", "cents": cents, "reason": reason}
        share |= {"parent_cents": of, "weight": weight, "weight_total": total}
        self.shares += [share | told] if cents else []

    def divide(self):
        """Pay suppliers, then the overhead; of the rest some is earmarked and some put aside."""
        invoices = defaultdict(int)
        for cost in self.costs:
            invoices[cost.organisation_id] += cost.cents
        for who, cents in invoices.items():
            self.give("supplier", "invoice", cents, cents, 1, 1, {"organisation_id": who})
        if self.is_short or not self.listed:
            why = "supplier_shortfall" if self.is_short else "no_agreement"
            self.give("reserve", why, self.cents, self.cents, 1, 1, {})
            return self.shares
        agreed, why = self.agreed, "overhead"
        overhead = (part_of(self.cents, agreed.overhead_ppm), self.cents, agreed.overhead_ppm, PPM)
        if agreed.overhead_cents:
            why, overhead = "monthly_overhead", self.monthly
        left = self.cents - overhead[0]
        earmarked, reserve = part_of(left, agreed.earmarked_ppm), part_of(left, agreed.reserve_ppm)
        reserve = min(reserve, left - earmarked, key=abs)
        rest, told = left - earmarked - reserve, {"agreement_id": agreed.agreement_id}
        above = told | {"product_method": self.method, "rest_cents": rest}
        self.give("overhead", why, *overhead, above)
        self.give("surcharge", "earmarked", earmarked, left, agreed.earmarked_ppm, PPM, above)
        self.give("reserve", "agreed_reserve", reserve, left, agreed.reserve_ppm, PPM, above)
        self.split(self.tree(), rest, False, told if self.method == "fixed_share" else above)
        return self.shares

    def tree(self):
        """Return the disciplines, of them the organisations, of cooperatives their members."""
        nodes, organisations = {}, self.book.all("organisations")
        disciplines = {row.organisation_id: row.discipline for row in organisations}
        shares = {row.organisation_id: row.ppm for row in self.told("member_shares")}
        for name in {*disciplines.values(), *self.fixed}:
            rules = self.told("discipline_shares", product=self.listed, discipline=name)
            rules = rules or self.told("member_rules", discipline=name)
            method, inner = rules[0].method if rules else self.method, {}
            places = {who: who for who, its in disciplines.items() if its == name}
            for row in self.told("cooperatives"):
                inside = self.told("cooperative_members", cooperative_id=row.organisation_id)
                fixed = {one.organisation_id: one.ppm for one in inside}
                own = {who: who for who in fixed if who in places}
                node = Row(method=row.method, fixed=fixed, places=own, inner={})
                inner[row.organisation_id] = node
                places |= dict.fromkeys(own, row.organisation_id)
            fixed = {who: ppm for who, ppm in shares.items() if places.get(who) == who}
            nodes[name] = Row(method=method, fixed=fixed, places=places, inner=inner)
        return Row(method=self.method, fixed=self.fixed, places=disciplines, inner=nodes)

    def split(self, node, cents, unknown, told):
        """Give everybody of a node its part; the part of a node in it is split again."""
        weights, partly = self.weigh(node)
        parts, total = largest_remainder(cents, weights), sum(weights.values())
        unknown, above, of_members = unknown or partly, dict(told), "discipline" in told
        if of_members and (unknown or node.method not in ("fixed_share", "performed")):
            above["method"] = node.method
        if of_members and node.method == "performed" and self.prices:
            above["method"] = "internal_prices"
        if not parts:
            why = NOBODY.get(node.method, "nobody_performed")
            self.give("reserve", why, cents, cents, 1, 1, above)
        for key, part in parts.items():
            level = "cooperative" if of_members else "discipline"
            inner = {f"{level}_weight": weights[key], f"{level}_weight_total": total}
            if not of_members:
                inner = inner if node.method != "fixed_share" else {}
                inner |= {"discipline": key, "discipline_ppm": half_up(weights[key] * PPM, total)}
            else:  # it is named itself where nobody of it is entitled
                inner |= {"organisation_id": key, "cooperative_id": key, "discipline_cents": cents}
            if key in node.inner:
                self.split(node.inner[key], part, unknown, told | inner)
            else:
                given = ("partner", "mono_partly_unknown" if unknown else node.method)
                given = given if key in self.members else ("reserve", "not_a_member")
                who = {"organisation_id": key}
                self.give(*given, part, cents, weights[key], total, above | who)

    def weigh(self, node):
        """Weigh by fixed share or by what members did, by place; is part of it unknown?"""
        if node.method == "fixed_share":
            return node.fixed, False
        prices = self.prices if node.method == "performed" else {}
        table = "mono" if node.method == "mono_pro_rata" else "coded_units" if prices else "units"
        done, weights, unknown = defaultdict(int), defaultdict(int), False
        for row in self.book.all(table, product_no=self.row.product_no):
            price = prices.get(row.code, prices.get("*")) if prices else 1
            # what has no price weighs nothing, like who is no member
            if row.organisation_id in self.members and price is not None:
                value = row.cents if table == "mono" else row.units
                done[row.organisation_id] += (value or 0) * price
                unknown |= value is None and row.organisation_id in node.places
        for who in done.keys() & node.places.keys():
            weights[node.places[who]] += max(done[who], 0)
        if node.method == "by_clients":
            weights = {where: min(weight, 1) for where, weight in weights.items()}
        return weights, unknown


def part_of(cents, ppm):
    """Take parts per million of an amount, half up; below zero the mirror; null is nothing."""
    size = half_up(abs(cents) * (ppm or 0), PPM)
    return size if cents >= 0 else -size


def largest_remainder(cents, weights):
    """Split over who weighs something: floors, then a cent each to the largest rests, by key."""
    exact = {key: abs(cents) * weight for key, weight in weights.items() if weight > 0}
    total = sum(weights[key] for key in exact)
    parts = {key: share // total for key, share in exact.items()}
    left = abs(cents) - sum(parts.values())
    for key in sorted(exact, key=lambda key: (-(exact[key] % total), key))[:left]:
        parts[key] += 1
    return {key: -part if cents < 0 else part for key, part in parts.items() if part}


def settle_year(told):
    """Work out safety nets, then the guarantee, then the reserve: who pays and gets what."""
    year, y = Row(**told), Row(corridors={}, due={}, gains={})
    for net in year.nets:
        lower = part_of(net["mono"], max(PPM - net["corridor_ppm"], 0))
        upper = part_of(net["mono"], PPM + net["corridor_ppm"])
        outside = max(lower - net["income"], 0) - max(net["income"] - upper, 0)
        settled = part_of(outside, net["share_ppm"])
        y.corridors[net["insurer"]] = (lower, upper, outside, settled, net["unknown"] > 0)
    # Insurers are paid back from what others bring in, then from the reserve.
    owed = {insurer: -corridor[3] for insurer, corridor in y.corridors.items()}
    brought = -sum(owed.values())
    short = max(-brought - max(year.reserve, 0), 0)
    y.unpaid, y.pot = largest_remainder(short, owed), max(brought, 0)
    reserve = year.reserve + brought + short

    for who, (income, reference) in year.partners.items():
        if reference is not None:  # who has none is not guaranteed, nor charged
            floor, cap = part_of(reference, year.ppm), part_of(reference, year.cap_ppm)
            y.due[who] = min(max(floor - income, 0), cap)
            y.gains[who] = max(income - max(floor, reference), 0)
    funds = {"safety_net": y.pot, "reserve": reserve - y.pot, "gainers": sum(y.gains.values())}
    wanted, y.paid = sum(y.due.values()), dict.fromkeys(funds, 0)
    for source in year.financed_by:
        y.paid[source] = min(wanted, max(funds[source], 0))
        wanted -= y.paid[source]
    y.payments = largest_remainder(sum(y.paid.values()), y.due)
    y.charged = largest_remainder(y.paid["gainers"], y.gains)
    y.claims = {who: cents - y.payments.get(who, 0) for who, cents in y.due.items()}

    left = reserve - y.paid["safety_net"] - y.paid["reserve"]
    above = max(left - year.ceiling, 0) if year.ceiling is not None else 0
    incomes = {who: income for who, (income, _) in year.partners.items()}
    y.released = largest_remainder(above if year.release == "above_ceiling" else 0, incomes)
    y.kept = left - sum(y.released.values())
    y.to_decide = above - sum(y.released.values())
    return vars(y)
