"""Somebody who works the list away as a person would: rings, checks, and does the proposed fix.

Every fix is the command behind the button, with its touch on each product.
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from ooievaar.claims import fixing
from ooievaar.claims.models import Batch, ClaimLine
from ooievaar.claims.problems import open_problems
from ooievaar.claims.rules.problems import Problem, Stuck, is_possible
from ooievaar.network.models import Insurer, Organisation, Person
from ooievaar.network.workplace import Workplace
from ooievaar.record.models import CoverageChange, IdentityChange, Pregnancy
from ooievaar.record.relations import Rejected
from ooievaar.record.women.identity import correct_identity
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.post import OtherSide
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.world import Truth, World

PATIENCE_DAYS = 60
"""An answer that is late is waited for; after so many days somebody rings."""
RINGS = "Gebeld met de verzekeraar: het wordt nu afgehandeld."
PROMISED = "De verzekeraar heeft het hersteld en vergoedt de regel als die opnieuw komt."
RIGHT_DATE = "Geboortedatum gecontroleerd in de Basisregistratie Personen"


@dataclass(slots=True)
class Administrator:
    """The controller of the network, the world they can look into, and whom they can ring."""

    workplace: Workplace
    world: World
    other_side: OtherSide
    rates: InsuranceRates
    chances: Chances
    done: Counter[str] = field(default_factory=Counter)
    """Problems taken up, by what was done about them."""
    facts_changed: bool = False
    """Something was corrected that the derivation reads."""

    def work(self, today: date, now: datetime) -> int:
        """Take up every problem that is not left lying; return how many were."""
        taken_up = 0
        for problem in open_problems(self.workplace, now):
            if all(_goes_by_itself(line) for line in problem.lines):
                continue
            if self.chances.happens(self.rates.left_lying, "lying", _reference(problem)):
                continue
            did = self._take_up(problem, today, now)
            if did:
                self.done[f"{problem.cause}: {did}"] += 1
                taken_up += 1
        return taken_up

    def _take_up(self, problem: Problem, today: date, now: datetime) -> str:
        """Do what mends a problem; return what was done, empty where nothing was."""
        match problem.cause:
            case "not_insured":
                return self._check_insurance(problem, today, now)
            case "identity":
                return self._ask_who_she_is(problem, now)
            case "no_answer" | "unpaid":
                return self._ring_about_file(problem, today, now)
            case "expired":
                return ""
        return self._ring_about_lines(problem, now)

    def _check_insurance(self, problem: Problem, today: date, now: datetime) -> str:
        """Ask the register who insures her, and write that down."""
        truth = self._truth(problem)
        day = _first_day(problem)
        held = truth.held_on(day) if truth is not None else None
        if held is None:
            fixed = fixing.bill_outside(
                self.workplace, problem, "Niet verzekerd op deze dag", at=now
            )
            self.facts_changed |= not isinstance(fixed, Rejected)
            return _done("bill_outside", fixed)
        uzovi, since, _ = held
        fixed = fixing.correct_insurer(
            self.workplace,
            problem,
            Insurer.objects.get(uzovi=uzovi),
            min(since, today),
            source=CoverageChange.Source.CHECK,
            checked_on=today,
            at=now,
        )
        self.facts_changed |= not isinstance(fixed, Rejected)
        return _done("correct_insurer", fixed)

    def _ask_who_she_is(self, problem: Problem, now: datetime) -> str:
        """Ask who treats her; they look it up and correct it."""
        truth = self._truth(problem)
        if truth is None or truth.birth_date is None:
            return ""
        pregnancy = _pregnancy(problem.lines[0])
        treating = Organisation.objects.filter(
            pk__in=pregnancy.versions.values("first_intake_organisation")
        )
        fixed = fixing.ask_partner(
            self.workplace,
            problem,
            list(treating),
            "Klopt de geboortedatum? De verzekeraar kent haar zo niet.",
            at=now,
            action="complete_identity",
        )
        if not isinstance(fixed, Rejected):
            person = Person.objects.get(pk=self.workplace.person_id)
            corrected = correct_identity(
                pregnancy.woman_id,
                IdentityChange.Field.BIRTH_DATE,
                truth.birth_date.isoformat(),
                RIGHT_DATE,
                by=person,
                at=now,
            )
            assert not isinstance(corrected, Rejected) or corrected.field == "birth_date"
        return _done("complete_identity", fixed)

    def _ring_about_file(self, problem: Problem, today: date, now: datetime) -> str:
        """Ring about a file that was not answered, or not paid, for very long."""
        since = min(line.since or today for line in problem.lines)
        if today - since < timedelta(days=PATIENCE_DAYS):
            return ""
        batch_id = problem.lines[0].batch_id
        assert batch_id is not None
        batch = Batch.objects.select_related("insurer").get(pk=batch_id)
        if not self.other_side.ask(batch.insurer.uzovi, batch.invoice_number, today):
            return ""
        return _done("ring", fixing.wait(self.workplace, problem, RINGS, at=now))

    def _ring_about_lines(self, problem: Problem, now: datetime) -> str:
        """Ring about lines; what the insurer sees was wrong goes again."""
        uzovi = Insurer.objects.get(pk=problem.insurer_id).uzovi
        did = ""
        for fix in ("credit", "release"):
            lines = [line for line in problem.lines if is_possible(fix, line)]
            if not lines or fix not in problem.fixes:
                continue
            for line in lines:
                self.other_side.insurers[uzovi].settle(line.reference)
            fixed = fixing.release(self.workplace, problem, PROMISED, at=now, fix=fix)
            did = _done(fix, fixed) or did
        return did

    def _truth(self, problem: Problem) -> Truth | None:
        bsn = _pregnancy(problem.lines[0]).woman.bsn
        return self.world.of(bsn) if bsn else None


def _pregnancy(line: Stuck) -> Pregnancy:
    return Pregnancy.objects.select_related("woman").get(pk=line.pregnancy_id)


def _first_day(problem: Problem) -> date:
    ids = [line.line_id for line in problem.lines if line.line_id is not None]
    days = ClaimLine.objects.filter(pk__in=ids).values_list("starts_on", flat=True)
    return min(days)


def _goes_by_itself(line: Stuck) -> bool:
    """Tell whether the next file takes it along without anybody's word."""
    return line.state == "refused_by_portal"


def _reference(problem: Problem) -> str:
    return min(line.reference for line in problem.lines)


def _done(did: str, fixed: fixing.Fixed | Rejected) -> str:
    return "" if isinstance(fixed, Rejected) else did
