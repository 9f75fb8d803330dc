"""The division of products, to the cent, level by level; and the end of a year."""

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from ooievaar.contracts.rules.schemas import SHARES
from tests.oracle.facts import Book, Facts, Row, half_up

PPM = 1_000_000
NOBODY = {"fixed_share": "no_member_share", "mono_pro_rata": "no_mono_value"}
NO_SHARE = dict.fromkeys(SHARES) | {"discipline": "", "weight": 1, "weight_total": 1}


def divide(tables: Facts) -> list[dict[str, Any]]:
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

    def __init__(self, row: Row, book: Book) -> None:
        self.row, self.book, self.shares = row, book, []
        self.costs = book.all("supplier_costs", product_no=row.product_no)
        self.cents = row.cents - sum(cost.cents for cost in self.costs)
        self.is_short = self.cents * row.cents < 0 or bool(self.cents and not row.cents)
        carried = min(max(row.carried_cents or 0, 0), max(self.cents, 0))
        self.monthly = (carried, carried, 1, 1)  # cents, of what, its weight, of all weights
        self.agreed = book.on(row.starts_on, "agreements")
        self.listed = self.rule() if self.agreed else None

    def told(self, table: str, **key: Any) -> list[Row]:
        return self.book.all(table, agreement_id=self.agreed.agreement_id, **key)

    def rule(self) -> str | None:
        """Find the method, and the name under which the agreement lists the product."""
        for listed in (self.row.product, "*"):
            rules = self.told("product_rules", product=listed)
            shares = self.told("discipline_shares", product=listed)
            self.fixed = {row.discipline: row.ppm for row in shares if row.ppm}
            self.prices = {row.code: row.cents for row in self.told("unit_prices", product=listed)}
            if rules or self.fixed:
                ended = rules and rules[0].until and rules[0].until <= self.row.starts_on
                self.method = rules[0].method if rules and not ended else "fixed_share"
                return listed if self.fixed or self.method != "fixed_share" else None
        return None

    def give(self, kind: str, reason: str, cents: int, **told: Any) -> None:
        """Add a share; unless told otherwise it is the whole of what was split."""
        known = {"product_no": self.row.product_no, "kind": kind, "reason": reason, "cents": cents}
        if cents:
            self.shares.append(
                NO_SHARE | known | {"rule": "division", "parent_cents": cents} | told
            )

    def divide(self) -> list[dict[str, Any]]:
        """Pay suppliers, then the overhead; of the rest some is earmarked and some put aside."""
        agreed, invoices = self.agreed, defaultdict(int)
        for cost in self.costs:
            invoices[cost.organisation_id] += cost.cents
        for supplier, cents in invoices.items():
            self.give("supplier", "invoice", cents, organisation_id=supplier)
        if self.is_short or not self.listed:
            why = "supplier_shortfall" if self.is_short else "no_agreement"
            self.give("reserve", why, self.cents)
            return self.shares
        overhead, *of = (
            part_of(self.cents, agreed.overhead_ppm),
            self.cents,
            agreed.overhead_ppm,
            PPM,
        )
        if agreed.overhead_cents:
            overhead, *of = self.monthly
        left = self.cents - overhead
        earmarked, reserve = part_of(left, agreed.earmarked_ppm), part_of(left, agreed.reserve_ppm)
        reserve = min(reserve, left - earmarked, key=abs)
        rest = left - earmarked - reserve
        told = {"agreement_id": agreed.agreement_id}
        above = told | {"product_method": self.method, "rest_cents": rest}
        why = "monthly_overhead" if agreed.overhead_cents else "overhead"
        for kind, reason, cents, parent, weight, total in (
            ("overhead", why, overhead, *of),
            ("surcharge", "earmarked", earmarked, left, agreed.earmarked_ppm, PPM),
            ("reserve", "agreed_reserve", reserve, left, agreed.reserve_ppm, PPM),
        ):
            part = {"parent_cents": parent, "weight": weight, "weight_total": total}
            self.give(kind, reason, cents, **above, **part)
        self.over_disciplines(rest, told if self.method == "fixed_share" else above)
        return self.shares

    def over_disciplines(self, rest: int, told: dict[str, Any]) -> None:
        weights, total, unknown = self.weigh(self.method, self.fixed, self.discipline)
        if not total:
            self.give("reserve", NOBODY.get(self.method, "nobody_performed"), rest, **told)
        for name, cents in largest_remainder(rest, weights).items():
            ppm = half_up(weights[name] * PPM, total)
            above = told | {"discipline": name, "discipline_ppm": ppm}
            if self.method != "fixed_share":
                above |= {"discipline_weight": weights[name], "discipline_weight_total": total}
            ruled = self.told("discipline_shares", product=self.listed, discipline=name)
            ruled += self.told("member_rules", discipline=name)
            self.over_members(cents, ruled[0].method if ruled else self.method, unknown, above)

    def over_members(self, cents: int, method: str, unknown: bool, told: dict[str, Any]) -> None:
        """Divide over the organisations of a discipline; its cooperatives divide again."""
        inside = {row.organisation_id: row for row in self.told("cooperative_members")}
        own = {row.organisation_id: row.method for row in self.told("cooperatives")}

        def node(who: int) -> int | None:  # itself or its cooperative, where of this discipline
            there = inside[who].cooperative_id if who in inside else who
            return there if self.discipline(who) == told["discipline"] else None

        shares = {row.organisation_id: row.ppm for row in self.told("member_shares")}
        fixed = {who: ppm for who, ppm in shares.items() if node(who) == who}
        weights, total, partly = self.weigh(method, fixed, node)
        unknown |= partly
        for cooperative, mine in self.split(cents, method, weights, unknown, told, own).items():
            of_it = {w: row.ppm for w, row in inside.items() if row.cooperative_id == cooperative}
            here = {who for who in of_it if node(who)}
            there = self.weigh(own[cooperative], of_it, {who: who for who in here}.get)
            above = told | {"cooperative_id": cooperative, "discipline_cents": cents}
            above |= {"cooperative_weight": weights[cooperative], "cooperative_weight_total": total}
            above["organisation_id"] = cooperative  # where nobody of it is entitled
            self.split(mine, own[cooperative], there[0], unknown or there[2], above, {})

    def split(
        self, cents: int, method: str, weights: dict[int, int], unknown: bool, told: Any, later: Any
    ) -> dict[int, int]:
        """Give everybody its part; return the parts of those who divide it `later`."""
        is_plain = method in ("fixed_share", "performed") and not unknown
        at_prices = method == "performed" and self.prices
        told = told | {"method": "internal_prices" if at_prices else None if is_plain else method}
        parts, total = largest_remainder(cents, weights), sum(weights.values())
        if not parts:
            self.give("reserve", NOBODY.get(method, "nobody_performed"), cents, **told)
        for who in parts.keys() - later.keys():
            part = {"parent_cents": cents, "weight": weights[who], "weight_total": total}
            reason = "mono_partly_unknown" if unknown else method
            kind, why = ("partner", reason) if self.is_member(who) else ("reserve", "not_a_member")
            self.give(kind, why, parts[who], **told | part | {"organisation_id": who})
        return {who: mine for who, mine in parts.items() if who in later}

    def weigh(
        self, method: str, fixed: dict[Any, int], place: Callable[[int], Any]
    ) -> tuple[dict[Any, int], int, bool]:
        """Weigh by fixed share or by what members did, by place; is part of it unknown?"""
        coded = method == "performed" and self.prices
        table = "mono" if method == "mono_pro_rata" else "coded_units" if coded else "units"
        done, weights, unknown = defaultdict(int), defaultdict(int), False
        for row in self.book.all(table, product_no=self.row.product_no):
            price = self.prices.get(row.code, self.prices.get("*")) if coded else 1
            if price is not None and self.is_member(row.organisation_id):  # else it weighs nothing
                value = row.cents if table == "mono" else row.units
                done[row.organisation_id] += (value or 0) * price
                unknown |= value is None and place(row.organisation_id) is not None
        for who, weight in done.items():
            is_client, where = method == "by_clients", place(who)
            together = weights[where] + max(weight, 0)
            weights[where] = min(together, 1) if is_client else together
        weights.pop(None, None)
        if method == "fixed_share":
            weights, unknown = fixed, False
        return weights, sum(weights.values()), unknown

    def is_member(self, who: int) -> bool:
        return self.book.on(self.row.starts_on, "memberships", organisation_id=who) is not None

    def discipline(self, who: int) -> str:
        return str(self.book.all("organisations", organisation_id=who)[0].discipline)


def part_of(cents: int, ppm: int | None) -> int:
    """Take parts per million of an amount, half up; below zero the mirror; null is nothing."""
    size = half_up(abs(cents) * (ppm or 0), PPM)
    return size if cents >= 0 else -size


def largest_remainder(cents: int, weights: dict[Any, int]) -> dict[Any, int]:
    """Split over who weighs something: floors, then a cent each to the largest rests, by key."""
    exact = {key: abs(cents) * weight for key, weight in weights.items() if weight > 0}
    total = sum(weights[key] for key in exact)
    parts = {key: share // total for key, share in exact.items()}
    left = abs(cents) - sum(parts.values())
    for key in sorted(exact, key=lambda key: (-(exact[key] % total), key))[:left]:
        parts[key] += 1
    return {key: -part if cents < 0 else part for key, part in parts.items() if part}


def settle_year(year: dict[str, Any]) -> dict[str, Any]:
    """Work out safety nets, then the guarantee, then the reserve: who pays and gets what."""
    corridors = {}
    for net in year["nets"]:
        lower = part_of(net["mono"], max(PPM - net["corridor_ppm"], 0))
        upper = part_of(net["mono"], PPM + net["corridor_ppm"])
        outside = max(lower - net["income"], 0) - max(net["income"] - upper, 0)
        settled = part_of(outside, net["share_ppm"])
        corridors[net["insurer"]] = (lower, upper, outside, settled, net["unknown"] > 0)
    # Insurers are paid back from what others bring in, then from the reserve.
    brought = sum(settled for _, _, _, settled, _ in corridors.values())
    short = max(-brought - max(year["reserve"], 0), 0)
    owed = {insurer: -found[3] for insurer, found in corridors.items()}
    pot, reserve = max(brought, 0), year["reserve"] + brought + short

    due, gains = {}, {}
    for who, (income, reference) in year["partners"].items():
        if reference is not None:  # who has none is not guaranteed, nor charged
            floor, cap = part_of(reference, year["ppm"]), part_of(reference, year["cap_ppm"])
            due[who] = min(max(floor - income, 0), cap)
            gains[who] = max(income - max(floor, reference), 0)
    funds = {"safety_net": pot, "reserve": reserve - pot, "gainers": sum(gains.values())}
    wanted, paid = sum(due.values()), dict.fromkeys(funds, 0)
    for source in year["financed_by"]:
        paid[source] = min(wanted, max(funds[source], 0))
        wanted -= paid[source]
    payments = largest_remainder(sum(paid.values()), due)

    left = reserve - paid["safety_net"] - paid["reserve"]
    above = max(left - year["ceiling"], 0) if year["ceiling"] is not None else 0
    incomes = {who: income for who, (income, _) in year["partners"].items()}
    released = largest_remainder(above if year["release"] == "above_ceiling" else 0, incomes)
    return {
        "corridors": corridors, "unpaid": largest_remainder(short, owed), "pot": pot,
        "due": due, "gains": gains, "paid": paid, "payments": payments,
        "charged": largest_remainder(paid["gainers"], gains),
        "claims": {who: cents - payments.get(who, 0) for who, cents in due.items()},
        "released": released, "kept": left - sum(released.values()),
        "to_decide": above - sum(released.values()),
    }  # fmt: skip
