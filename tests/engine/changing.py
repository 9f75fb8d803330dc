"""The nearest change that an outcome names, made to the facts: then the outcome must be another.

Every change is of one family, so that a region full of changes is derived once more, together.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from tests.engine.comparing import KEYS
from tests.engine.generate import family_of
from tests.engine.world import BY_DISCIPLINE, Facts, Row, period

OF_WOMEN = ("activities", "coverages", "made_products", "pregnancies")
DISCIPLINE = {who: name for name, ids in BY_DISCIPLINE.items() for who in ids}
ALWAYS_INSURED_WITH = 1
"""An insurer with a contract on every day."""
NEVER_A_MEMBER, NEW_ACT = 99, 999
OF_AN_ACT = ("organisation_id", "performed_on", "child_number")
GYNAECOLOGIST = {"billed_mono": False, "source_rank": 1, "child_number": 0}
GYNAECOLOGIST |= {"organisation_id": 21, "quantity": 1, "duration_minutes": 0}


class Family:
    """The facts of one family, to be changed, and what became of them before."""

    def __init__(self, facts: Facts, results: Facts, world: Facts) -> None:
        self.facts = {name: [dict(row) for row in rows] for name, rows in facts.items()}
        self.phases, self.breakers, self.world = results["phases"], results["breakers"], world
        self.acts = {row["activity_id"]: row for row in self.facts["activities"]}
        self.pregnancies = {row["pregnancy_id"]: row for row in self.facts["pregnancies"]}

    def without(self, gone: list[int]) -> None:
        left = [act for act in self.facts["activities"] if act["activity_id"] not in gone]
        self.facts["activities"] = left

    def same_care(self, row: Row) -> list[Row]:
        """Registrations that can be of the acts of an outcome, also those of lesser sources."""
        numbers = row.get("evidence", [row.get("activity_id")])
        meant = [self._of_an_act(self.acts[number]) for number in numbers]
        return [act for act in self.acts.values() if self._of_an_act(act) in meant]

    def _of_an_act(self, act: Row) -> tuple[object, ...]:
        """What registrations of one act have in common; equivalent codes count as one."""
        same = [
            one["equivalent"]
            for one in self.codes(act["performed_on"])
            if one["code"] == act["code"]
        ]
        code = next(iter(same), None) or act["code"]
        return (code, *(act[name] for name in OF_AN_ACT))

    def limits(self, row: Row) -> Row:
        """The limits that hold for the pregnancy of an outcome."""
        day, limits = self.pregnancies[row["pregnancy_id"]]["first_intake_on"], self.world["limits"]
        return next(one for one in limits if one["valid_from"] <= day < one["valid_until"])

    def codes(self, day: date) -> list[Row]:
        """Entries of the catalogue on a day."""
        entries = self.world["catalogue"]
        return [row for row in entries if row["valid_from"] <= day < row["valid_until"]]

    def insured(self, pregnancy_id: int, insurer_id: int) -> None:
        woman = self.pregnancies[pregnancy_id]["woman_id"]
        others = [row for row in self.facts["coverages"] if row["woman_id"] != woman]
        now = {"woman_id": woman, "insurer_id": insurer_id} | period(date(2010, 1, 1))
        self.facts["coverages"] = [*others, now]

    def phase(self, row: Row) -> Row:
        keys = ("pregnancy_id", "phase")
        return next(one for one in self.phases if all(one[key] == row[key] for key in keys))


def of_pregnancy(name: str, value: object = None) -> Callable[[Family, Row], None]:
    def apply(of: Family, row: Row) -> None:
        of.pregnancies[row["pregnancy_id"]][name] = value

    return apply


def one_registration(of: Family, row: Row) -> None:
    rank = of.acts[row["activity_id"]]["source_rank"]
    better = [act for act in of.same_care(row) if act["source_rank"] < rank]
    of.without([act["activity_id"] for act in better])


def known_by_its_code(of: Family, row: Row) -> None:
    act = of.acts[row["activity_id"]]
    act["code"] = of.codes(act["performed_on"])[0]["code"]


def linked(of: Family, row: Row) -> None:
    of.acts[row["activity_id"]]["pregnancy_id"] = of.phases[0]["pregnancy_id"]


def at_intake(of: Family, row: Row) -> None:
    day = of.pregnancies[row["pregnancy_id"]]["first_intake_on"]
    of.acts[row["activity_id"]] |= {"performed_on": day, "pregnancy_id": row["pregnancy_id"]}


def in_a_phase(of: Family, row: Row) -> None:
    phase = next(one for one in of.phases if one["pregnancy_id"] == row["pregnancy_id"])
    told = {"performed_on": phase["starts_on"], "pregnancy_id": row["pregnancy_id"]}
    of.acts[row["activity_id"]] |= told | {"performed_minute": None}


def by_a_member(of: Family, row: Row) -> None:
    """Who gives it as a member does not bill it the old way."""
    for act in of.same_care(row):
        member = BY_DISCIPLINE[DISCIPLINE[act["organisation_id"]]][0]
        act |= {"organisation_id": member, "billed_mono": False}


def by_an_outsider(of: Family, row: Row) -> None:
    of.acts[row["activity_id"]]["organisation_id"] = NEVER_A_MEMBER


def not_billed(of: Family, row: Row) -> None:
    for act in of.same_care(row):
        act["billed_mono"] = False


def insured_where_contracted(of: Family, row: Row) -> None:
    of.insured(row["pregnancy_id"], ALWAYS_INSURED_WITH)


def insured_as_it_began(of: Family, row: Row) -> None:
    of.insured(row["pregnancy_id"], of.phase(row)["insurer_id"])


def stayed(of: Family, row: Row) -> None:
    told = of.pregnancies[row["pregnancy_id"]]
    day = max(told["due_on"], told["first_intake_on"])
    told |= {"end_kind": "birth", "ended_on": day, "birth_on": day}


def taken_over_later(of: Family, row: Row) -> None:
    of.pregnancies[row["pregnancy_id"]]["entered_on"] = of.phase(row)["until"]


def at_sixteen_weeks(of: Family, row: Row) -> None:
    told, limits = of.pregnancies[row["pregnancy_id"]], of.limits(row)
    days = limits["term_days"] - limits["early_end_days"]
    told["ended_on"] = max(told["due_on"] - timedelta(days=days), told["first_intake_on"])


def unbroken(of: Family, row: Row) -> None:
    """Its explanation names the first breaker; where there are more, all are undone."""
    keys = ("pregnancy_id", "phase")
    broken_by = [one for one in of.breakers if all(one[key] == row[key] for key in keys)]
    if any(one["kind"] == "left_mid_phase" for one in broken_by):
        raise StopIteration  # had she stayed, the act would be of another phase
    for one in broken_by:
        NAMED_CHANGES["breakers", one["kind"]](of, one)


def told_in_time(of: Family, row: Row) -> None:
    of.facts["made_products"] = []


def without_the_evidence(of: Family, row: Row) -> None:
    of.without([act["activity_id"] for act in of.same_care(row)])


def with_a_gynaecologist(of: Family, row: Row) -> None:
    day = min(of.phase(row)["until"], of.world["clock"][0]["until"]) - timedelta(days=1)
    told, hints = of.pregnancies[row["pregnancy_id"]], (0, row["phase"])
    codes = [one for one in of.codes(day) if one["complex_counts"] and one["phase_hint"] in hints]
    number = family_of(row["pregnancy_id"]) * 1_000 + NEW_ACT
    act = {name: told[name] for name in ("woman_id", "pregnancy_id")} | {"activity_id": number}
    act |= {"code": codes[0]["code"], "performed_on": day, "performed_minute": None}
    act["specialism"] = of.limits(row)["gynaecology_specialism"]
    of.facts["activities"].append(act | GYNAECOLOGIST)


def one_unit_more(of: Family, row: Row) -> None:
    """Of a price of nothing it changes the amount by nothing, as its explanation says."""
    of.acts[row["evidence"][0]]["duration_minutes"] += 60


NAMED_CHANGES: dict[tuple[str, str], Callable[[Family, Row], None]] = {
    ("dispositions", "duplicate"): one_registration,
    ("dispositions", "unknown_code"): known_by_its_code,
    ("dispositions", "no_pregnancy"): linked,
    ("dispositions", "before_intake"): at_intake,
    ("dispositions", "after_phase"): in_a_phase,
    ("dispositions", "non_member"): by_a_member,
    ("dispositions", "outside_provider"): by_a_member,
    ("dispositions", "member_billed"): not_billed,
    ("dispositions", "already_billed"): not_billed,
    ("dispositions", "broken"): unbroken,
    ("dispositions", "exempt"): of_pregnancy("exempt", False),
    ("dispositions", "outside_practice"): of_pregnancy("first_intake_organisation_id", 1),
    ("dispositions", "not_insured"): insured_where_contracted,
    ("dispositions", "no_contract"): insured_where_contracted,
    ("dispositions", "member"): by_an_outsider,
    ("dispositions", "supplier"): by_an_outsider,
    ("dispositions", "open"): by_an_outsider,
    ("products", "gynaecologist_acted"): without_the_evidence,
    ("products", "on_request"): without_the_evidence,
    ("products", "regular"): with_a_gynaecologist,
    ("products", "before_16_weeks"): at_sixteen_weeks,
    ("products", "hours"): one_unit_more,
    ("breakers", "outside_provider"): by_a_member,
    ("breakers", "member_billed"): not_billed,
    ("breakers", "entered_mid_phase"): taken_over_later,
    ("breakers", "left_mid_phase"): stayed,
    ("breakers", "phase_before_contract"): insured_where_contracted,
    ("breakers", "insurer_changed"): insured_as_it_began,
    ("breakers", "late_miscarriage"): told_in_time,
}
"""By table and reason (of a breaker its kind): the change that its explanation names."""


@dataclass(frozen=True)
class Change:
    table: str
    name: str
    before: Row
    care: int
    """Acts of the product, before."""

    @property
    def key(self) -> tuple[object, ...]:
        return tuple(self.before[column] for column in KEYS[self.table])

    def __str__(self) -> str:
        return (
            f"{self.table} {self.key}, {self.name}: its nearest change does not give what it names"
        )


def change(facts: Facts, results: Facts, each: int) -> tuple[Facts, list[Change]]:
    """Make `each` of the changes that outcomes name, every one in a family of its own."""
    families: dict[int, Facts] = defaultdict(lambda: {name: [] for name in OF_WOMEN})
    for name in OF_WOMEN:
        for row in facts[name]:
            number = row.get("activity_id") or row.get("pregnancy_id") or row["woman_id"]
            families[family_of(number)][name].append(row)
    found: dict[int, Facts] = defaultdict(lambda: {"phases": [], "breakers": []})
    for name in ("phases", "breakers"):
        for row in results[name]:
            found[family_of(row["pregnancy_id"])][name].append(row)
    care = care_of_products(results)
    changed, made, made_of = dict[int, Family](), list[Change](), Counter[object]()
    for table, name, row in _outcomes(results):
        number = family_of(row.get("activity_id") or row["pregnancy_id"])
        if number in changed or made_of[table, name] == each:
            continue
        family = Family(families[number], found[number], facts)
        try:
            NAMED_CHANGES[table, name](family, row)
        except (IndexError, StopIteration):
            continue  # nothing to change: no phase at all, no such code in force
        changed[number] = family
        made.append(Change(table, name, row, care[row.get("product_no")]))
        made_of[table, name] += 1
    tables = [family.facts for family in changed.values()]
    return facts | {name: [row for one in tables for row in one[name]] for name in OF_WOMEN}, made


def care_of_products(results: Facts) -> Counter[object]:
    """Count the acts of every product."""
    return Counter(row["product_no"] for row in results["dispositions"])


def _outcomes(results: Facts) -> Iterator[tuple[str, str, Row]]:
    for table, told_by in (
        ("breakers", "kind"),
        ("products", "reason"),
        ("dispositions", "reason"),
    ):
        for row in results[table]:
            if (table, row[told_by]) in NAMED_CHANGES:
                yield table, row[told_by], row


def not_as_named(made: list[Change], after: Facts) -> Iterator[Change]:
    """Yield the changes after which the outcome is what it was, or the product another than named.

    Where no other product is named, there is none.
    """
    told = {
        table: {tuple(row[column] for column in KEYS[table]): row for row in after[table]}
        for table in ("breakers", "products", "dispositions")
    }
    care = care_of_products(after)
    for one in made:
        now, before = told[one.table].get(one.key), one.before
        if one.name == "before_16_weeks" and care[before["product_no"]] != one.care:
            # With a later end care may lie after it, or be of birth: what is named is of the same.
            same = now is not None and now["product"] == before["product"]
        elif now is None and one.table == "products":  # gone, where no other with a price was named
            same = one.name != "hours" and before["alternative_cents"] is not None
        elif now is None:  # it is gone, as it should: but a disposition is never gone
            same = one.table == "dispositions" and one.name != "duplicate"
        elif one.table == "breakers":
            same = True
        elif one.name == "hours":
            amount = "cents" if before["tariff_cents"] else "minutes"
            same = now[amount] == before[amount]
        elif one.table == "products":
            named = (before["alternative_product"], before["alternative_cents"])
            same = (now["product"], now["tariff_cents"]) != named
        elif one.name in ("member", "supplier", "open"):
            same = now["product_no"] is not None
        else:
            same = now["reason"] == one.name
        if same:
            yield one
