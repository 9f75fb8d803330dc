"""What the old system would have paid a practice for its part of a phase."""

from collections import defaultdict
from datetime import date

from tests.oracle.book import Book, Row, half_up
from tests.oracle.pregnancy import NATAL, PRENATAL, gestation

WEEK_15, WEEK_30 = 105, 210


class MonoValue:
    """The old-way value of one organisation in one phase; what is unknown is counted, not 0."""

    def __init__(self, pregnancy_id: int, phase: int, organisation_id: int) -> None:
        self.pregnancy_id, self.phase, self.organisation_id = pregnancy_id, phase, organisation_id
        self.is_inside, self.is_exact = False, True
        self.known_cents = self.unknown_acts = 0

    @property
    def cents(self) -> int | None:
        return None if self.unknown_acts else self.known_cents

    def add(self, cents: int | None) -> None:
        if cents is None:
            self.unknown_acts += 1
        else:
            self.known_cents += cents

    def add_tariff(self, tariff: Row | None, quantity: int = 1) -> None:
        self.add(tariff.cents * quantity if tariff else None)
        self.is_exact = self.is_exact and (tariff is None or tariff.is_exact)


def mono_values(p: Row, acts: list[Row], book: Book) -> dict[int, dict[int, MonoValue]]:
    """Return the value per phase and organisation over the counted acts of a pregnancy."""
    values: dict[int, dict[int, MonoValue]] = {number: {} for number in p.phases}
    minutes: dict[tuple[int, int, str, date], list[int]] = defaultdict(list)
    courses = set()
    counted = [act for act in acts if act.counted]
    for act in counted:
        empty = MonoValue(p.pregnancy_id, act.phase, act.organisation)
        value = values[act.phase].setdefault(act.organisation, empty)
        value.is_inside = value.is_inside or act.inside
        kind, item = act.entry.mono, act.entry.mono_item
        if kind == "kraamzorg_item":
            value.add_tariff(book.mono_tariffs.on(act.day, item), act.quantity)
        elif kind == "price_list":
            price = book.price(act.organisation, act.code, act.day)
            value.add(None if price is None else price * act.quantity)
        elif kind == "kraamzorg_hour":
            tariff = book.mono_tariffs.on(act.day, item)
            value.add_tariff(tariff, quantity=0)  # whether it is known; the hours come below
            if tariff:
                key = (act.phase, act.organisation, item, tariff.valid_from)
                minutes[key].append(act.duration_minutes)
        elif kind == "course" and item != "prenatal":
            courses.add((act.phase, act.organisation, f"{item}_full"))
    for (phase, organisation, item, day), worked in minutes.items():
        tariff = book.mono_tariffs.on(day, item)
        assert tariff
        values[phase][organisation].add(half_up(sum(worked) * tariff.cents, 60))
    courses |= {(PRENATAL, *course) for course in prenatal_courses(p, counted)}
    for phase, organisation, item in courses:
        tariff = book.mono_tariffs.on(p.phases[phase].starts_on, item)
        values[phase][organisation].add_tariff(tariff)
    return values


def prenatal_courses(p: Row, counted: list[Row]) -> list[tuple[int, str]]:
    """Name the prenatal course of each practice: whole, part by week, or shared by transfer."""
    prenatal = [act for act in counted if act.phase == PRENATAL]
    first_days: dict[int, date] = {}
    for act in prenatal:
        if (act.entry.mono, act.entry.mono_item) == ("course", "prenatal"):
            first_days[act.organisation] = min(first_days.get(act.organisation, act.day), act.day)
    in_order = sorted((day, organisation) for organisation, day in first_days.items())

    def week(day: date) -> str:
        along = gestation(p, day)
        return "0_14" if along < WEEK_15 else "15_29" if along < WEEK_30 else "after_29"

    if len(in_order) > 1:
        first = (in_order[0][1], f"transfer_first_{week(in_order[1][0])}")
        return [first, *((org, f"transfer_second_{week(day)}") for day, org in in_order[1:])]
    if not in_order:
        return []
    organisation = in_order[0][1]
    own = [act for act in prenatal if act.organisation == organisation]
    stops = [act.day for act in own if act.entry.mono == "referral"]
    if stops or (p.ended_on and NATAL not in p.phases):
        last = min([*stops, p.ended_on] if p.ended_on else stops)
        return [(organisation, f"prenatal_{week(last)}")]
    return [(organisation, "prenatal_full")]
