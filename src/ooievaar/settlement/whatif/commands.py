"""What-if: reads what was asked, runs it, keeps the scenario. The only code here that writes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_noop

from ooievaar.bundles.derive import derive_from
from ooievaar.bundles.engine import arrow_table
from ooievaar.bundles.snapshot import read_snapshot
from ooievaar.contracts import queries as contracts
from ooievaar.contracts.agreements.commands import strangers_in
from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.queries import agreement_on, organisations_of
from ooievaar.contracts.agreements.reading import NAME, hash_of, read_agreement
from ooievaar.contracts.models import Agreement
from ooievaar.contracts.rules.agreement import Distribution
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.period import Period
from ooievaar.network.models import Network, Person
from ooievaar.pathways.shift_models import CareShift
from ooievaar.settlement.whatif.bridge import bridge
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.reading import read_tariffs
from ooievaar.settlement.whatif.results import Side, as_result
from ooievaar.settlement.whatif.rules.another_year import (
    joined,
    laid_over,
    rows_over,
    years_apart,
)
from ooievaar.settlement.whatif.rules.tariffs import OtherTariff, with_others
from ooievaar.settlement.whatif.running import (
    ClosedYear,
    Report,
    breakers_of,
    closed_year,
    divide_year,
    facts_of,
    old_by_insurer,
    old_by_year,
    with_table,
)
from ooievaar.settlement.whatif.shifted import shift_year

TARIFFS_NAME = "tarieven"
READING = gettext_noop("De feiten lezen")
BEFORE = gettext_noop("Verdelen zoals het ging")
AFTER = gettext_noop("Verdelen zoals het zou gaan")
STORING = gettext_noop("Opslaan")
STEPS = (READING, BEFORE, AFTER, STORING)


@dataclass(frozen=True, slots=True)
class Asked:
    """What somebody wants to know, as typed; without a year the newest that is closed."""

    year: int | None = None
    text: str = ""
    tariffs: str = ""
    shift_id: int | None = None
    text_name: str = NAME
    tariffs_name: str = TARIFFS_NAME
    year_name: str = "jaar"


@dataclass(frozen=True, slots=True)
class Question:
    """What was asked, read whole: it can be run."""

    network: Network
    year: ClosedYear
    asked: Asked
    agreement: Distribution | None
    tariffs: tuple[OtherTariff, ...]
    shift: CareShift | None = None

    @property
    def kind(self) -> Scenario.Kind:
        """What differs."""
        if self.shift is not None:
            return Scenario.Kind.SHIFT
        if self.agreement is not None:
            return Scenario.Kind.BOTH if self.tariffs else Scenario.Kind.AGREEMENT
        return Scenario.Kind.TARIFFS


def question(network: Network, asked: Asked) -> Question:
    """Read what was asked; InputRejected has every fault in Dutch.

    A care shift is run on its own: with another agreement too, nobody could tell what came of what.
    """
    year = closed_year(network, asked.year, asked.year_name)
    if asked.shift_id is not None:
        shift = CareShift.objects.filter(network=network, pk=asked.shift_id).first()
        if shift is None or asked.text.strip() or asked.tariffs.strip():
            found = "ook een afspraak of tarieven" if shift else f"{asked.shift_id}"
            expected = "een zorgverschuiving van dit netwerk, op zichzelf"
            raise InputRejected([Fault("zorgverschuiving", None, "", found, expected)])
        return Question(network, year, asked, None, (), shift)
    asked = replace(asked, text=asked.text.replace("\r\n", "\n"))
    faults: list[Fault] = []
    agreement: Distribution | None = None
    tariffs: tuple[OtherTariff, ...] = ()
    if asked.text.strip():
        try:
            agreement = read_agreement(asked.text_name, asked.text)
            faults += strangers_in(network, agreement, asked.text_name)
        except InputRejected as rejected:
            faults += rejected.faults
    if asked.tariffs.strip():
        try:
            tariffs = tuple(read_tariffs(network, asked.tariffs_name, asked.tariffs, year.period))
        except InputRejected as rejected:
            faults += rejected.faults
    if not asked.text.strip() and not asked.tariffs.strip():
        expected = "de tekst van een verdeelafspraak, andere tarieven, of beide"
        faults.append(Fault(asked.text_name, None, "", "niets", expected))
    if faults:
        raise InputRejected(faults)
    return Question(network, year, asked, agreement, tariffs)


def run_question(asked: Question, report: Report | None = None) -> dict[str, Any]:
    """Divide a year as it was agreed and as was asked, and return what differs. Writes nothing."""
    tell = report or (lambda _: None)
    network, year = asked.network, asked.year
    tell(READING)
    # No transaction around it: on SQLite that would keep everybody else from writing.
    snapshot = read_snapshot(network)
    agreed: Mapping[str, Sequence[Mapping[str, Any]]] = contracts.agreed_rows(network)
    # Of several in one year the one at its end says what is settled at its end.
    held = agreement_on(network, date(year.year, 12, 31))
    tell(BEFORE)
    facts = facts_of(network, year, snapshot)
    derived = derive_from(facts)
    divided = divide_year(derived.connection, agreed, year.period)
    steps = bridge(derived.connection, network, year)
    shifted = None
    if asked.shift is not None:
        shifted = shift_year(derived.connection, network, year.period, asked.shift)
    old = old_by_year(derived.connection)
    before = Side(divided, held, old, old_by_insurer(derived.connection))
    broken = breakers_of(derived.connection)
    tell(AFTER)
    facts_hash, edition = derived.facts_hash, derived.edition
    other = facts
    if asked.tariffs:
        rows = with_others(facts.tables["tariffs"].to_pylist(), asked.tariffs)
        other = with_table(facts, "tariffs", arrow_table("tariffs", rows))
    if shifted is not None:
        other = with_table(facts, "activities", shifted.activities)
    if other is not facts:
        derived.connection.close()
        derived = derive_from(other)
    years = 0
    if asked.agreement is not None:
        years = years_apart(asked.agreement, year.period)
        agreed = alternative_rows(asked.agreement, years, network)
    divided = divide_year(derived.connection, agreed, year.period)
    after = Side(
        divided,
        asked.agreement if asked.agreement is not None else held,
        old_by_year(derived.connection),
        old_by_insurer(derived.connection),
        years_apart=years,
    )
    breaks = breakers_of(derived.connection)
    derived.connection.close()
    result = as_result(network, year, before, after)
    result |= {
        "edition": edition,
        "facts_hash": facts_hash,
        "known_until": year.newest.known_until.isoformat(),
        "newest_month": year.newest.month,
        "bridge": steps,
        "years_apart": years,
    }
    if shifted is not None:
        kinds = sorted({*broken, *breaks})
        none = [0, 0]
        result["shift"] = {
            **shifted.told,
            "breakers": [[k, *broken.get(k, none), *breaks.get(k, none)] for k in kinds],
        }
    if asked.agreement is not None:
        told = run_examples(asked.agreement)
        result["examples"] = [len(told), sum(not one.holds for one in told)]
    return result


def alternative_rows(
    agreement: Distribution, years: int, network: Network
) -> dict[str, list[dict[str, Any]]]:
    """Return the rows of an agreement, to divide what the agreements in force divide."""
    ids = {agb: row.pk for agb, row in organisations_of(agreement).items()}
    held = Agreement.objects.filter(network=network).values_list("valid_from", "valid_until")
    periods = joined(Period(*days) for days in held)
    return rows_over(laid_over(agreement, years), periods, ids)


def make_scenario(
    asked: Question,
    title: str,
    *,
    person: Person | None,
    at: datetime,
    report: Report | None = None,
    job_id: UUID | None = None,
) -> Scenario:
    """Run a question and keep it with what came out; a job that ran before gives what it kept."""
    if job_id is not None and (kept := Scenario.objects.filter(job_id=job_id).first()):
        return kept
    result = run_question(asked, report)
    if report is not None:
        report(STORING)
    return keep_scenario(asked, title, result, person=person, at=at, job_id=job_id)


def keep_scenario(
    asked: Question,
    title: str,
    result: dict[str, Any],
    *,
    person: Person | None,
    at: datetime,
    job_id: UUID | None = None,
) -> Scenario:
    """Write a scenario: the only row that what-if ever leaves."""
    return Scenario.objects.create(
        network=asked.network,
        kind=asked.kind,
        year=asked.year.year,
        title=title,
        text=asked.asked.text if asked.agreement is not None else "",
        sha256=hash_of(asked.asked.text) if asked.agreement is not None else "",
        tariffs=asked.asked.tariffs if asked.tariffs else "",
        care_shift=asked.shift,
        result=result,
        made_by=person,
        job_id=job_id,
        at=at,
    )
