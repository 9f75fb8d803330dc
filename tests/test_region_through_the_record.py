"""A region of which every act is registered through the record amounts to what its import does.

The same simulated region stands twice, one after the other: imported as files, and registered
form by form, as people do, on the day that each thing became known. Whatever the rules make of
it must be equal: routes, phases, products with their dates, minutes and cents, breakers, and the
place of every single act.

What belongs to files and not to care is left out on both sides, by rates of zero in the profile:

- acts that their source linked to no pregnancy, and acts that come from two sources at once: in
  the record an act is written once, about somebody;
- what an insurer was billed the old way, which is said of a claim and stands in no form;
- a woman who is exempt from integral funding, which no form asks.

Late registration, acts entered in error, corrected due dates, twins, women taken over from outside
and ends of every kind stay in. Women, insurance, organisations and contracts are loaded in both:
these are administration. The end of a pregnancy is a day in the record, without a precision.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from itertools import pairwise
from typing import Any

import pyarrow as pa
import pytest
from django.db import transaction
from django.utils import timezone
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.bundles.commands import STORED, derive_network
from ooievaar.bundles.models import Derivation
from ooievaar.contracts.models import Contract
from ooievaar.exchange.commands import load_region
from ooievaar.network.models import Insurer, Network, Organisation, Person
from ooievaar.record.entries.commands import Observed, finish, mark_in_error
from ooievaar.record.entries.dictionary import load
from ooievaar.record.entries.models import CountedActivity, Entry
from ooievaar.record.entries.registering import register_pregnancy
from ooievaar.record.entries.rules.counts_as import values_for
from ooievaar.record.models import CareActivity, Pregnancy, PregnancyVersion, Woman
from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.profiles import REGIONAL, URBAN, Profile
from ooievaar.storage.bulk import analyse_tables

pytestmark = pytest.mark.django_db
START, END = date(2025, 1, 1), date(2026, 1, 1)
NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
BIRTHS = {"regional": 40, "urban": 26}
ANALYSED_EVERY = 500
"""Events after which PostgreSQL looks at its tables, as it does by itself of what is committed.
Else it takes the forms for none, and reads all of them for each that is finished."""
Row = dict[str, Any]
Outcome = dict[str, Counter[tuple[Any, ...]]]


def as_registered(profile: Profile) -> Profile:
    """The profile as people register it: nothing that only files have; more errors and twins."""
    return replace(
        profile,
        course=replace(profile.course, exempt=0.0, twins=0.05, entered=0.04),
        registration=replace(
            profile.registration,
            unlinked=0.0,
            unlinked_laboratory=0.0,
            duplicate=0.0,
            billed_mono=0.0,
            withdrawn=0.01,
        ),
        insurance=replace(
            profile.insurance,
            # Where kraamzorg bills the insurer itself, half of its lines went the old way already.
            regimes=tuple("correction" if r == "none" else r for r in profile.insurance.regimes),
        ),
    )


@dataclass
class Sides:
    """What both ways amount to, and what was registered through the record."""

    tables: dict[str, pa.Table]
    imported: Outcome
    registered: Outcome
    forms: Counter[str] = field(default_factory=Counter)
    refused: list[Any] = field(default_factory=list)


@pytest.fixture(scope="module", params=[REGIONAL, URBAN], ids=lambda profile: profile.name)
def sides(
    request: pytest.FixtureRequest, django_db_setup: None, django_db_blocker: DjangoDbBlocker
) -> Iterator[Sides]:
    profile = as_registered(request.param)
    tables = simulate_tables(profile, 3, BIRTHS[profile.name], 1, START)
    with django_db_blocker.unblock():
        with transaction.atomic():
            load_region(tables, recorded_on=END)
            imported = outcome(Registered.of_import())
            transaction.set_rollback(True)
        with transaction.atomic():
            care = {"pregnancies", "activities", "withdrawals"}
            load_region({n: t for n, t in tables.items() if n not in care}, recorded_on=END)
            registered = Registered(births_of(tables))
            for number, event in enumerate(events_of(tables)):
                if number % ANALYSED_EVERY == 0:
                    analyse_tables()
                registered.write(event)
            yield Sides(
                tables,
                imported,
                outcome(registered),
                registered.forms,
                registered.refused,
            )
            transaction.set_rollback(True)


# What happened, in the order in which people wrote it down


@dataclass(frozen=True)
class Event:
    """Something that becomes known on a day: a new pregnancy, a fact of one, an act, an error."""

    day: date
    kind: str
    row: Row
    before: Row | None = None


ORDER = ("end", "begin", "better", "act", "error")


def events_of(tables: dict[str, pa.Table]) -> list[Event]:
    """Everything in the tables by the day it became known.

    What was done before anybody registered a pregnancy is written once it is. Who comes again
    before anybody wrote the end of her former pregnancy is asked for it then: the record keeps
    one running pregnancy of a woman.
    """
    events: list[Event] = []
    versions: dict[str, list[Row]] = {}
    for row in tables["pregnancies"].to_pylist():
        versions.setdefault(row["reference"], []).append(row)
    begins: dict[str, list[date]] = {}
    for rows in versions.values():
        begins.setdefault(rows[0]["woman"], []).append(rows[0]["recorded_on"])
    for rows in versions.values():
        events.append(Event(rows[0]["recorded_on"], "begin", rows[0]))
        for before, row in pairwise(rows):
            day, is_end = row["recorded_on"], row["end_kind"] != "ongoing"
            if is_end:
                later = [d for d in begins[row["woman"]] if rows[0]["recorded_on"] < d]
                day = min([day, *later])
            events.append(Event(day, "end" if is_end else "better", row, before))
    acts = {row["reference"]: row for row in tables["activities"].to_pylist()}
    withdrawn = set(tables["withdrawals"].column("reference").to_pylist())
    for row in acts.values():
        row["is_withdrawn"] = row["reference"] in withdrawn
        begun = versions[row["pregnancy"]][0]["recorded_on"]
        events.append(Event(max(row["recorded_on"], begun), "act", row))
    for row in tables["withdrawals"].to_pylist():
        begun = versions[acts[row["reference"]]["pregnancy"]][0]["recorded_on"]
        events.append(Event(max(row["recorded_on"], begun), "error", row))
    return sorted(events, key=lambda event: (event.day, ORDER.index(event.kind)))


def births_of(tables: dict[str, pa.Table]) -> dict[str, Row]:
    """The births that are known, by the pregnancy."""
    rows = tables["pregnancies"].to_pylist()
    return {row["reference"]: row for row in rows if row["end_kind"] == "birth"}


class Registered:
    """A region as the record holds it, with the names that its files use for everything in it."""

    def __init__(self, births: dict[str, Row] | None = None) -> None:
        self.births = births or {}
        self.organisations = {row.agb: row for row in Organisation.objects.all()}
        self.women = {row.reference: row for row in Woman.objects.all()}
        self.pregnancies: dict[str, Pregnancy] = {}
        self.entries: dict[str, Entry] = {}
        self.activity_names: dict[int, str] = {}
        self.told: set[str] = set()
        self.counts = load().counts(START)
        self.forms: Counter[str] = Counter()
        self.refused: list[Any] = []
        self.someone, _ = Person.objects.get_or_create(username="iemand")

    @classmethod
    def of_import(cls) -> "Registered":
        """The names of what was imported, which are the files' own."""
        found = cls()
        found.pregnancies = {row.reference: row for row in Pregnancy.objects.all()}
        rows = CareActivity.objects.values_list("pk", "source_reference")
        found.activity_names = dict(rows)
        return found

    def write(self, event: Event) -> None:
        {
            "begin": self.begin,
            "better": self.tell_better,
            "end": self.end,
            "act": self.act,
            "error": self.error,
        }[event.kind](event, moment(event.day))

    def begin(self, event: Event, at: datetime) -> None:
        row = event.row
        made = register_pregnancy(
            self.women[row["woman"]],
            organisation=self.organisations[row["first_intake_agb"]],
            first_intake_on=row["first_intake_on"],
            due_on=row["due_on"],
            due_precision_days=row["due_precision_days"],
            entered_on=row["entered_on"],
            at=at,
        )
        self.keep(made, Pregnancy)
        self.pregnancies[row["reference"]] = made  # type: ignore[assignment]

    def tell_better(self, event: Event, at: datetime) -> None:
        """A scan tells the due date and the children better."""
        row, before = event.row, event.before
        assert before is not None
        names = ("due_on", "due_precision_days", "children")
        if any(row[name] != before[name] for name in names):
            self.fill_in(
                row["reference"],
                "due_date",
                {
                    "due_date": row["due_on"].isoformat(),
                    "due_date_method": "crl",
                    "due_date_precision_days": str(row["due_precision_days"]),
                    "fetus_count": str(row["children"]),
                },
                row["first_intake_agb"],
                event.day,
                at,
            )

    def end(self, event: Event, at: datetime) -> None:
        row = event.row
        self.tell_better(event, at)
        if row["end_kind"] != "birth":
            values = {
                "pregnancy_end_kind": row["end_kind"],
                "pregnancy_end_date": row["ended_on"].isoformat(),
            }
            place, day = row["first_intake_agb"], row["ended_on"]
            self.fill_in(row["reference"], "pregnancy_end", values, place, day, at)
            return
        children = [
            Observed("birth_date", row["birth_on"].isoformat(), number)
            for number in range(1, row["children"] + 1)
        ]
        agb = row["first_intake_agb"]
        self.fill_in(row["reference"], "birth_child", children, agb, row["birth_on"], at)
        if row["reference"] not in self.told:
            self.tell_birth_apart(row, at)

    def tell_birth_apart(self, row: Row, at: datetime) -> None:
        """No act of the birth was written: the hospital says when it was, which counts as none."""
        hospital = next(one for one in self.organisations.values() if one.discipline == "hospital")
        reference, told = row["reference"], birth_facts(row)
        entry = self.fill_in(reference, "birth_mother", told, hospital.agb, row["birth_on"], at)
        assert not entry.counted.exists()
        self.told.add(reference)

    def act(self, event: Event, at: datetime) -> None:
        """Fill in the form that counts as this act: the act follows from it."""
        row = event.row
        organisation = self.organisations[row["organisation_agb"]]
        found = values_for(
            self.counts,
            row["code"],
            organisation.discipline,
            quantity=row["quantity"],
            duration_minutes=row["duration_minutes"],
            child_number=row["child_number"],
        )
        if found is None:
            self.refused.append((row["code"], organisation.discipline))
            return
        form, values = found
        reference = row["pregnancy"]
        if form == "birth_mother" and reference in self.births and not row["is_withdrawn"]:
            # What the form of the birth is for, beside counting: when it was.
            values |= birth_facts(self.births[reference])
            self.told.add(reference)
        entry = self.fill_in(
            reference, form, values, organisation.agb, row["performed_on"], at,
            minute_of(row["performed_time"]),
        )  # fmt: skip
        self.entries[row["reference"]] = entry
        counted = CountedActivity.objects.filter(entry=entry).values_list("activity_id", flat=True)
        for activity_id in counted:
            self.activity_names[activity_id] = row["reference"]
        if len(counted) != 1:
            self.refused.append((row["code"], form, len(counted)))

    def error(self, event: Event, at: datetime) -> None:
        entry = self.entries[event.row["reference"]]
        made = mark_in_error(
            entry,
            event.row["reason"],
            organisation=entry.organisation,
            person=self.someone,
            role="midwife",
            at=at,
        )
        self.keep(made, Entry)

    def fill_in(
        self,
        pregnancy: str,
        form: str,
        values: dict[str, str] | list[Observed],
        agb: str,
        day: date,
        at: datetime,
        minute: int | None = None,
    ) -> Entry:
        if isinstance(values, dict):
            values = [Observed(element, value) for element, value in values.items()]
        made = finish(
            self.pregnancies[pregnancy],
            form,
            values,
            organisation=self.organisations[agb],
            person=None,
            role="midwife",
            happened_on=day,
            happened_minute=minute,
            at=at,
        )
        self.keep(made, Entry)
        self.forms[form] += 1
        assert isinstance(made, Entry)
        return made

    def keep(self, made: object, kind: type) -> None:
        if not isinstance(made, kind):
            self.refused.append(made)


def birth_facts(row: Row) -> dict[str, str]:
    facts = {
        "labour_date": row["labour_on"],
        "labour_time": row["labour_time"],
        "placenta_date": row["placenta_on"],
        "placenta_time": row["placenta_time"],
    }
    return {name: str(value) for name, value in facts.items() if value is not None}


def moment(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(18)))


def minute_of(clock: str | None) -> int | None:
    return None if clock is None else int(clock[:2]) * 60 + int(clock[3:])


# What it amounts to


def outcome(names: Registered) -> Outcome:
    """Derive the network; every row of every result by the names of files, each with how often."""
    network = Network.objects.get(kind=Network.Kind.IGO)
    derive_network(network, until=END, known_until=END, now=NOW)
    derivation = Derivation.objects.get()
    by_id = {
        "pregnancy_id": {row.pk: name for name, row in names.pregnancies.items()},
        "activity_id": names.activity_names,
        "twin_id": names.activity_names,
        "organisation_id": dict(Organisation.objects.values_list("pk", "agb")),
        "insurer_id": dict(Insurer.objects.values_list("pk", "uzovi")),
        "contract_id": dict(Contract.objects.values_list("pk", "reference")),
    }
    products: dict[int, tuple[Any, ...]] = {}
    found: Outcome = {}
    for model, table in STORED.items():
        skipped = {"id", "derivation_id", "again_until", "product_no", "key"}
        columns = [one.attname for one in model._meta.concrete_fields if one.attname not in skipped]
        rows = model._default_manager.filter(derivation=derivation)
        numbered = hasattr(model, "product_no")
        found[table] = Counter()
        for row in rows.values(*columns, *(["product_no"] if numbered else [])):
            product = row.pop("product_no", None)
            named = tuple((name, named_value(name, row[name], by_id)) for name in columns)
            if table == "products":
                products[product] = named
            elif product is not None:
                named += (("product", products[product]),)
            found[table][named] += 1
    found["activities"] = activities(by_id)
    found["versions"] = newest_versions(by_id)
    return found


def named_value(name: str, value: Any, by_id: dict[str, dict[int, str]]) -> Any:
    if name == "evidence":
        return tuple(sorted(by_id["activity_id"][one] for one in value))
    return by_id[name].get(value, value) if name in by_id else value


def activities(by_id: dict[str, dict[int, str]]) -> Counter[tuple[Any, ...]]:
    columns = (
        "pk", "pregnancy_id", "organisation_id", "recorded_on", "withdrawal__recorded_on", "code",
        "specialism", "performed_on", "performed_minute", "quantity", "duration_minutes",
        "child_number", "source", "billed_mono",
    )  # fmt: skip
    # Of whom nothing is known yet nothing can be written: it is on the day she is registered.
    begun = dict(
        PregnancyVersion.objects.order_by("-recorded_on", "-pk").values_list(
            "pregnancy_id", "recorded_on"
        )
    )
    return Counter(
        (
            by_id["activity_id"][pk],
            by_id["pregnancy_id"][pregnancy],
            by_id["organisation_id"][by],
            max(known, begun[pregnancy]),
            gone and max(gone, begun[pregnancy]),
            *rest,
        )
        for pk, pregnancy, by, known, gone, *rest in CareActivity.objects.values_list(*columns)
    )


def newest_versions(by_id: dict[str, dict[int, str]]) -> Counter[tuple[Any, ...]]:
    columns = (
        "pregnancy_id", "first_intake_organisation_id", "first_intake_on", "due_on",
        "due_precision_days", "end_kind", "ended_on", "birth_on", "children", "labour_on",
        "labour_minute", "placenta_on", "placenta_minute", "entered_on", "exempt_reason",
    )  # fmt: skip
    rows = PregnancyVersion.objects.order_by("recorded_on", "pk").values_list(*columns)
    newest = {row[0]: row for row in rows}
    return Counter(
        (by_id["pregnancy_id"][pregnancy], by_id["organisation_id"][by], *rest)
        for pregnancy, by, *rest in newest.values()
    )


# The stories


def test_nothing_is_skipped(sides: Sides) -> None:
    """Every act of the region has a form and values that count as it, and as nothing else."""
    assert sides.refused == []
    acts = sides.tables["activities"].num_rows
    assert sides.registered["activities"].total() == acts > 2000
    codes = set(sides.tables["activities"].column("code").to_pylist())
    assert {row[5] for row in sides.registered["activities"]} == codes
    assert len(codes) > 45
    for form in ("due_date", "pregnancy_end", "birth_mother", "birth_child", "kraam_day"):
        assert sides.forms[form], form
    assert sides.tables["withdrawals"].num_rows > 5


@pytest.mark.parametrize("table", ["versions", "activities", *STORED.values()])
def test_registering_amounts_to_what_the_import_does(sides: Sides, table: str) -> None:
    imported, registered = sides.imported[table], sides.registered[table]
    assert imported
    assert (imported - registered, registered - imported) == (Counter(), Counter())


def test_the_region_has_something_of_everything(sides: Sides) -> None:
    """Else equal outcomes would say little: products of every phase, breakers, twins, all ends."""
    products = [dict(row) for row in sides.registered["products"]]
    assert {row["phase"] for row in products} == {1, 2, 3}
    assert sum(row["cents"] for row in products) > 0
    assert sum(row["minutes"] for row in products) > 0
    assert len(sides.registered["breakers"]) > 3
    places = {dict(row)["disposition"] for row in sides.registered["dispositions"]}
    assert {"in_product", "breaks_bundle", "outside_bundle"} <= places
    ends = Counter(row[5] for row in sides.registered["versions"])
    assert ends["birth"] > 15 and ends["miscarriage"] and ends["ongoing"]
