"""The division of products, to the cent: what is taken first, then level by level."""

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from tests.oracle.book import Dated, Facts, half_up

PPM = 1_000_000
Leaf = tuple[str, str, int | None, int, str]
NOBODY = {
    "fixed_share": "no_member_share",
    "mono_pro_rata": "no_mono_value",
    "performed": "nobody_performed",
    "by_clients": "nobody_performed",
}


def divide(tables: Facts) -> list[dict[str, Any]]:
    """Return the leaves of every product: suppliers, overhead, partners, the reserve."""
    division = Division(tables)
    return [
        {
            "product_no": product["product_no"],
            "kind": kind,
            "discipline": discipline,
            "organisation_id": organisation,
            "cents": cents,
            "reason": reason,
        }
        for product in tables["products"]
        for kind, discipline, organisation, cents, reason in division.leaves(product)
        if cents
    ]


class Division:
    """The agreements of a network, and who performed what."""

    def __init__(self, tables: Facts) -> None:
        self.tables = defaultdict(list, tables)
        self.agreements = Dated(tables["agreements"])
        self.memberships = Dated(tables["memberships"], "organisation_id")
        self.discipline = {o["organisation_id"]: o["discipline"] for o in tables["organisations"]}
        self.of_product: dict[str, dict[int, list[dict[str, Any]]]] = {}
        for name in ("units", "coded_units", "mono", "supplier_costs"):
            self.of_product[name] = defaultdict(list)
            for row in self.tables[name]:
                self.of_product[name][row["product_no"]].append(row)
        self.monthly = self.monthly_overheads()

    def of_agreement(self, name: str, agreement: int, **values: Any) -> list[dict[str, Any]]:
        wanted = {"agreement_id": agreement, **values}
        return [
            row
            for row in self.tables[name]
            if all(row[key] == value for key, value in wanted.items())
        ]

    # --- what is taken first

    def leaves(self, product: dict[str, Any]) -> Iterator[Leaf]:
        invoices: dict[int, int] = defaultdict(int)
        for row in self.of_product["supplier_costs"][product["product_no"]]:
            invoices[row["organisation_id"]] += row["cents"]
        for supplier, cents in invoices.items():
            yield "supplier", "", supplier, cents, "invoice"
        own = product["cents"] - sum(invoices.values())
        if own and sign(own) != sign(product["cents"]):
            yield "reserve", "", None, own, "supplier_shortfall"
            return
        agreement, listed, method = self.rule(product)
        if listed is None:
            yield "reserve", "", None, own, "no_agreement"
            return
        overhead, why = self.overhead(product, agreement, own)
        yield "overhead", "", None, overhead, why
        left = own - overhead
        earmarked = part(left, value(agreement, "earmarked_ppm"))
        reserve = part(left, value(agreement, "reserve_ppm"))
        if abs(reserve) > abs(left - earmarked):
            reserve = left - earmarked
        yield "surcharge", "", None, earmarked, "earmarked"
        yield "reserve", "", None, reserve, "agreed_reserve"
        yield from self.over_disciplines(
            product, agreement.agreement_id, listed, method, left - earmarked - reserve
        )

    def rule(self, product: dict[str, Any]) -> tuple[Any, str | None, str]:
        """The agreement, the name under which it lists the product, and the method."""
        agreement = self.agreements.on(product["starts_on"])
        if agreement is None:
            return None, None, ""
        number = agreement.agreement_id
        for listed in (product["product"], "*"):
            rules = self.of_agreement("product_rules", number, product=listed)
            shares = self.shares(number, listed)
            if rules or shares:
                method = rules[0]["method"] if rules else "fixed_share"
                until = rules[0]["until"] if rules else None
                if until is not None and product["starts_on"] >= until:
                    method = "fixed_share"
                return agreement, (listed if shares or method != "fixed_share" else None), method
        return agreement, None, ""

    def shares(self, agreement: int, listed: str) -> list[dict[str, Any]]:
        rows = self.of_agreement("discipline_shares", agreement, product=listed)
        return [row for row in rows if row["ppm"]]

    def overhead(self, product: dict[str, Any], agreement: Any, own: int) -> tuple[int, str]:
        if not value(agreement, "overhead_cents"):
            return part(own, agreement.overhead_ppm), "overhead"
        carried = product.get("carried_cents")
        if carried is not None:
            return min(max(carried, 0), max(own, 0)), "monthly_overhead"
        return self.monthly.get(product["product_no"], 0), "monthly_overhead"

    def monthly_overheads(self) -> dict[int, int]:
        """The part of the amount of its month that each new product bears."""
        month_total: dict[Any, int] = defaultdict(int)
        groups: dict[Any, dict[int, int]] = defaultdict(dict)
        amounts = {}
        for product in self.tables["products"]:
            number, month = product["product_no"], product.get("month")
            bought = self.of_product["supplier_costs"][number]
            own = product["cents"] - sum(row["cents"] for row in bought)
            agreement, listed, _ = self.rule(product)
            if listed is None or product.get("carried_cents") is not None:
                continue
            if own <= 0 or product["cents"] <= 0:
                continue
            month_total[month] += own
            amount = value(agreement, "overhead_cents")
            if amount:
                groups[agreement.agreement_id, month][number] = own
                amounts[agreement.agreement_id, month] = amount
        borne: dict[int, int] = {}
        for group, weights in groups.items():
            mine = sum(weights.values())
            charged = min(half_up(amounts[group] * mine, month_total[group[1]]), mine)
            borne |= largest_remainder(charged, weights)
        return borne

    # --- the levels

    def over_disciplines(
        self, product: dict[str, Any], agreement: int, listed: str, method: str, rest: int
    ) -> Iterator[Leaf]:
        shares = {row["discipline"]: row for row in self.shares(agreement, listed)}
        if method == "fixed_share":
            weights, unknown = {name: row["ppm"] for name, row in shares.items()}, False
        else:
            weighed, unknown = self.weigh(product, agreement, listed, method, None)
            weights = defaultdict(int)
            for organisation, weight in weighed.items():
                weights[self.discipline[organisation]] += weight
        if not sum(weights.values()):
            yield "reserve", "", None, rest, NOBODY[method]
            return
        for discipline, cents in largest_remainder(rest, dict(weights)).items():
            told = self.of_agreement("member_rules", agreement, discipline=discipline)
            named = self.of_agreement(
                "discipline_shares", agreement, product=listed, discipline=discipline
            )
            own = (named or told or [{"method": method}])[0]["method"]
            if cents:
                yield from self.over_members(
                    product, agreement, listed, discipline, own, cents, unknown
                )

    def over_members(
        self,
        product: dict[str, Any],
        agreement: int,
        listed: str,
        discipline: str,
        method: str,
        cents: int,
        marked: bool,
    ) -> Iterator[Leaf]:
        inside = {
            row["organisation_id"]: row
            for row in self.of_agreement("cooperative_members", agreement)
        }
        if method == "fixed_share":
            weights = {
                row["organisation_id"]: row["ppm"]
                for row in self.of_agreement("member_shares", agreement)
                if self.discipline[row["organisation_id"]] == discipline
                and row["organisation_id"] not in inside
            }
        else:
            weighed, unknown = self.weigh(product, agreement, listed, method, discipline)
            marked, weights = marked or unknown, {}
            for organisation, weight in weighed.items():
                own = inside.get(organisation)
                node = own["cooperative_id"] if own else organisation
                before = weights.get(node, 0)
                is_one = method == "by_clients"
                weights[node] = max(before, weight) if is_one else before + weight
        if not sum(weights.values()):
            yield "reserve", discipline, None, cents, NOBODY[method]
            return
        for node, mine in largest_remainder(cents, weights).items():
            cooperative = self.of_agreement("cooperatives", agreement, organisation_id=node)
            if not cooperative:
                yield self.leaf(product, discipline, node, mine, method, marked)
            elif mine:
                insiders = {
                    who: row["ppm"] for who, row in inside.items() if row["cooperative_id"] == node
                }
                yield from self.inside(
                    product,
                    agreement,
                    listed,
                    discipline,
                    node,
                    cooperative[0]["method"],
                    insiders,
                    mine,
                    marked,
                )

    def inside(
        self,
        product: dict[str, Any],
        agreement: int,
        listed: str,
        discipline: str,
        cooperative: int,
        method: str,
        insiders: dict[int, int],
        cents: int,
        marked: bool,
    ) -> Iterator[Leaf]:
        weights = insiders
        if method != "fixed_share":
            weighed, _ = self.weigh(product, agreement, listed, method, discipline)
            weights = {who: weight for who, weight in weighed.items() if who in insiders}
            if method == "mono_pro_rata":
                mono = self.of_product["mono"][product["product_no"]]
                marked = marked or any(
                    row["cents"] is None and row["organisation_id"] in weights for row in mono
                )
        if not sum(weights.values()):
            yield "reserve", discipline, cooperative, cents, NOBODY[method]
            return
        for who, mine in largest_remainder(cents, weights).items():
            yield self.leaf(product, discipline, who, mine, method, marked)

    def leaf(
        self,
        product: dict[str, Any],
        discipline: str,
        organisation: int,
        cents: int,
        method: str,
        marked: bool,
    ) -> Leaf:
        if not self.memberships.on(product["starts_on"], organisation):
            return "reserve", discipline, organisation, cents, "not_a_member"
        reason = "mono_partly_unknown" if marked else method
        return "partner", discipline, organisation, cents, reason

    def weigh(
        self,
        product: dict[str, Any],
        agreement: int,
        listed: str,
        method: str,
        discipline: str | None,
    ) -> tuple[dict[int, int], bool]:
        """What each member weighs; and whether anybody's value is unknown."""
        number = product["product_no"]
        prices = {
            row["code"]: row["cents"]
            for row in self.of_agreement("unit_prices", agreement, product=listed)
        }
        done: list[tuple[int, int | None]] = []
        if method == "mono_pro_rata":
            mono = self.of_product["mono"][number]
            done = [(row["organisation_id"], row["cents"]) for row in mono]
        elif method == "performed" and prices:
            for row in self.of_product["coded_units"][number]:
                price = prices.get(row["code"], prices.get("*"))
                if price is not None:
                    done.append((row["organisation_id"], row["units"] * price))
        else:
            units = self.of_product["units"][number]
            done = [(row["organisation_id"], row["units"]) for row in units]
        weights: dict[int, int] = {}
        unknown = False
        for organisation, weight in done:
            member = self.memberships.on(product["starts_on"], organisation)
            if not member or discipline not in (None, self.discipline[organisation]):
                continue
            unknown = unknown or weight is None
            weights[organisation] = weights.get(organisation, 0) + (weight or 0)
        if method == "by_clients":
            weights = {who: int(weight > 0) for who, weight in weights.items()}
        return {who: max(weight, 0) for who, weight in weights.items()}, unknown


def sign(cents: int) -> int:
    return (cents > 0) - (cents < 0)


def value(agreement: Any, name: str) -> int:
    """An amount or a part of an agreement; what it does not have is nothing."""
    return getattr(agreement, name, 0) or 0


def part(cents: int, ppm: int) -> int:
    """Parts per million of an amount: half up, the mirror below zero."""
    return largest_remainder(cents, {0: ppm, 1: PPM - ppm})[0]


def largest_remainder(cents: int, weights: dict[Any, int]) -> dict[Any, int]:
    """Split over keys: floors first, then a cent each to the largest rests, ties by key."""
    sign, size = (-1 if cents < 0 else 1), abs(cents)
    total = sum(weights.values())
    parts = {key: size * weight // total for key, weight in weights.items()}
    rests = sorted((-(size * weight % total), key) for key, weight in weights.items())
    for _, key in rests[: size - sum(parts.values())]:
        parts[key] += 1
    return {key: sign * part for key, part in parts.items()}
