"""A small region in which a story of one woman can be told, as facts for the rules.

    story = Region("parallel_ban").pregnancy(due="2025-06-01", intake="2024-11-01")
    story.did("V-CON", "2024-12-01", by=PRACTICE).born("2025-06-01")
    told = story.derive(engine)

Every tariff is invented and round, so that a reader can do the sums.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import date
from typing import Any

from ooievaar.kernel.period import FAR_DATE
from tests.engine.rule_book import rule_book

Row = dict[str, Any]
Facts = dict[str, list[Row]]
Engine = Callable[[Facts], Facts]

PRACTICE, SECOND_PRACTICE, HOSPITAL, GYNAECOLOGISTS, KRAAMZORG, ULTRASOUND = 1, 2, 3, 4, 5, 6
OUTSIDE_HOSPITAL, OUTSIDE_PRACTICE, OUTSIDE_KRAAMZORG, LABORATORY = 11, 12, 13, 14
DISCIPLINES = {
    PRACTICE: "midwives",
    SECOND_PRACTICE: "midwives",
    HOSPITAL: "hospital",
    GYNAECOLOGISTS: "gynaecologists",
    KRAAMZORG: "kraamzorg",
    ULTRASOUND: "ultrasound",
    OUTSIDE_HOSPITAL: "hospital",
    OUTSIDE_PRACTICE: "midwives",
    OUTSIDE_KRAAMZORG: "kraamzorg",
    LABORATORY: "other",
}
MEMBERS = (PRACTICE, SECOND_PRACTICE, HOSPITAL, GYNAECOLOGISTS, KRAAMZORG, ULTRASOUND)

INSURER, OTHER_INSURER, FOLLOWER, STRANGER = 1, 2, 3, 4
"""Two insurers with a contract each, one that follows the first, one without terms."""

CONTRACT, OTHER_CONTRACT = 1, 2
TARIFFS = {  # per contract; those of the other contract are ten euros higher
    "early_end": 300_00,
    "prenatal": 1000_00,
    "prenatal_complex": 1400_00,
    "natal": 1200_00,
    "natal_on_request": 1100_00,
    "natal_complex": 2500_00,
    "postnatal": 500_00,
    "postnatal_complex": 800_00,
    "kraamzorg_hour": 60_00,
}
PRICES = {  # old-way prices that hold for everyone; every other listed act costs 50 euros
    "G-CON": 100_00,
    "G-SEC": 2000_00,
    "037651": 900_00,
    "G-KVM": 600_00,
    "190036": 800_00,
}
UNPRICED = "G-DAG"
"""The one act on the price list without a price: its old-way value is unknown."""

MIDWIFE_PRENATAL, MIDWIFE_NATAL, MIDWIFE_POSTNATAL = 487_05, 529_52, 294_18
"""What the old system pays a practice for a whole course (known for 2017, the nearest year)."""

FIVE_HOURS_OF_KRAAMZORG = 5 * 59_33
"""What the old system pays for them in 2023 and, as the nearest known year, after."""

PRENATAL, NATAL, POSTNATAL = ("prenatal", 1000_00), ("natal", 1200_00), ("postnatal", 500_00)
"""The regular products under the first contract."""

PHASES = ("no phase", "prenatal", "natal", "postnatal")


def day(text: str) -> date:
    return date.fromisoformat(text)


def minute(text: str | None) -> int | None:
    return int(text[:2]) * 60 + int(text[3:]) if text else None


def from_then_on(rows: list[Row], then: date, said: Row, **which: Any) -> None:
    """Let the dated rows that are `which` say something else from a day on."""
    chosen = [row for row in rows if all(row[name] == value for name, value in which.items())]
    assert chosen
    for row in chosen:
        rows.remove(row)
        rows += [row | {"valid_until": then}, row | said | {"valid_from": then}]


class Region:
    """An IGO with its members and contracts."""

    def __init__(
        self,
        regime: str = "parallel_ban",
        *,
        contract_from: str = "2017-01-01",
        insurer_switch_breaks: bool = False,
        kraamzorg_bills_itself: bool = False,
        parallel: tuple[str, ...] = (),
        supplied: tuple[str, ...] = (),
        not_covered: tuple[str, ...] = (),
        clock: str = "2027-12-01",
    ) -> None:
        terms = {
            "valid_from": day(contract_from),
            "valid_until": FAR_DATE,
            "regime": regime,
            "insurer_switch_breaks": insurer_switch_breaks,
            "kraamzorg_bills_itself": kraamzorg_bills_itself,
            "kraamzorg_unit_minutes": 15,
        }
        contract_of = {INSURER: CONTRACT, OTHER_INSURER: OTHER_CONTRACT, FOLLOWER: CONTRACT}
        always = {"valid_from": day("2017-01-01"), "valid_until": FAR_DATE}
        book = rule_book()
        listed = {row["code"] for row in book["catalogue"] if row["mono"] == "price_list"}
        self.facts: Facts = book | {
            "activities": [],
            "pregnancies": [],
            "coverages": [],
            "made_products": [],
            "organisations": [
                {"organisation_id": organisation, "discipline": discipline}
                for organisation, discipline in DISCIPLINES.items()
            ],
            "memberships": [{"organisation_id": member} | always for member in MEMBERS],
            "suppliers": [
                {"organisation_id": LABORATORY, "code": code} | always for code in supplied
            ],
            "terms": [
                {"insurer_id": insurer, "contract_id": contract, "followed": insurer == FOLLOWER}
                | terms
                for insurer, contract in contract_of.items()
            ],
            "tariffs": [
                {"contract_id": contract, "product": product, "cents": cents + more} | always
                for contract, more in ((CONTRACT, 0), (OTHER_CONTRACT, 10_00))
                for product, cents in TARIFFS.items()
                if product not in not_covered
            ],
            "parallel_care": [
                {"contract_id": contract, "code": code}
                for contract in (CONTRACT, OTHER_CONTRACT)
                for code in parallel
            ],
            "price_list": [
                {"organisation_id": 0, "code": code, "cents": PRICES.get(code, 50_00)} | always
                for code in sorted(listed - {UNPRICED})
            ],
            "clock": [{"until": day(clock)}],
        }

    def pregnancy(self, **told: Any) -> Story:
        return Story(self.facts).pregnancy(**told)


class Story:
    """What happened to one woman, told line by line."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts

    @property
    def latest(self) -> Row:
        return self.facts["pregnancies"][-1]

    def pregnancy(
        self,
        *,
        due: str,
        intake: str,
        by: int = PRACTICE,
        entered: str | None = None,
        exempt: bool = False,
    ) -> Story:
        """She is pregnant, for the first time in this story or again."""
        self.facts["pregnancies"].append(
            {
                "pregnancy_id": len(self.facts["pregnancies"]) + 1,
                "woman_id": 1,
                "first_intake_on": day(intake),
                "first_intake_organisation_id": by,
                "due_on": day(due),
                "due_precision_days": 3,
                "end_kind": "ongoing",
                "ended_on": None,
                "ended_precision_days": 0,
                "birth_on": None,
                "labour_on": None,
                "labour_minute": None,
                "placenta_on": None,
                "placenta_minute": None,
                "entered_on": day(entered) if entered else None,
                "exempt": exempt,
            }
        )
        return self

    def born(self, on: str, *, labour: str | None = None, placenta: str | None = None) -> Story:
        """The child is born; labour and placenta as `2025-06-01` or `2025-06-01 04:30`."""
        self.latest.update(end_kind="birth", ended_on=day(on), birth_on=day(on))
        for name, moment in (("labour", labour), ("placenta", placenta)):
            if moment:
                self.latest[f"{name}_on"] = day(moment[:10])
                self.latest[f"{name}_minute"] = minute(moment[11:])
        return self

    def ended(self, kind: str, on: str) -> Story:
        self.latest.update(end_kind=kind, ended_on=day(on))
        return self

    def insured(self, insurer: int, since: str = "2017-01-01", until: str | None = None) -> Story:
        """She is insured with this insurer; told of nobody, it is the first insurer."""
        self.facts["coverages"].append(
            {
                "woman_id": 1,
                "insurer_id": insurer,
                "valid_from": day(since),
                "valid_until": day(until) if until else FAR_DATE,
            }
        )
        return self

    def did(
        self,
        code: str,
        on: str,
        *,
        by: int = PRACTICE,
        at: str | None = None,
        minutes: int = 0,
        specialism: str = "",
        child: int = 0,
        rank: int = 1,
        billed: bool = False,
        linked_to: int | None = None,
    ) -> Story:
        """An organisation did something; a gynaecologist's act gets specialism 0307 by itself."""
        if by in (GYNAECOLOGISTS, OUTSIDE_HOSPITAL) and not specialism:
            specialism = "0307"
        self.facts["activities"].append(
            {
                "activity_id": len(self.facts["activities"]) + 1,
                "woman_id": 1,
                "pregnancy_id": linked_to,
                "organisation_id": by,
                "code": code,
                "specialism": specialism,
                "performed_on": day(on),
                "performed_minute": minute(at),
                "quantity": 1,
                "duration_minutes": minutes,
                "child_number": child,
                "source_rank": rank,
                "billed_mono": billed,
            }
        )
        return self

    def made(self, phase: int, cents: int) -> Story:
        """A product was made earlier, on what was known then."""
        made = {"pregnancy_id": 1, "phase": phase, "cents": cents, "contract_id": CONTRACT}
        self.facts["made_products"].append(made)
        return self

    def derive(self, engine: Engine) -> Told:
        if not self.facts["coverages"]:
            self.insured(INSURER)
        return Told(self.facts, engine(self.facts))


class Told:
    """What a story amounts to, in words that can be compared with a glance."""

    def __init__(self, facts: Facts, tables: Facts) -> None:
        self.tables = tables
        self._acts = {act["activity_id"]: act for act in facts["activities"]}

    @property
    def products(self) -> list[tuple[str, int]]:
        return [(row["product"], row["cents"]) for row in self.tables["products"]]

    @property
    def places(self) -> dict[str, int]:
        """Count the acts per `disposition: reason`."""
        return dict(Counter(self._place(row) for row in self.tables["dispositions"]))

    @property
    def breakers(self) -> list[tuple[str, str, int | None]]:
        """List (phase, kind, loss in cents)."""
        return [
            (PHASES[row["phase"]], row["kind"], row["loss_cents"])
            for row in self.tables["breakers"]
        ]

    @property
    def phases(self) -> list[tuple[str, str, str]]:
        return [
            (PHASES[row["phase"]], row["starts_on"].isoformat(), row["until"].isoformat())
            for row in self.tables["phases"]
        ]

    @property
    def routes(self) -> list[str]:
        return [f"{row['route']}: {row['reason']}" for row in self.tables["routes"]]

    def place(self, code: str) -> list[str]:
        """Where the acts with this code ended, in order of telling."""
        return [
            self._place(row)
            for row in self.tables["dispositions"]
            if self._acts[row["activity_id"]]["code"] == code
        ]

    def phase(self, code: str) -> list[str]:
        """In which phases the acts with this code fell, in order of telling."""
        return [
            PHASES[row["phase"]]
            for row in self.tables["dispositions"]
            if self._acts[row["activity_id"]]["code"] == code
        ]

    def pregnancy(self, code: str) -> list[int | None]:
        """To which pregnancies the acts with this code belong, in order of telling."""
        return [
            row["pregnancy_id"]
            for row in self.tables["dispositions"]
            if self._acts[row["activity_id"]]["code"] == code
        ]

    def evidence(self, product: str) -> list[str]:
        """Name the acts on which a product rests."""
        rows = [row for row in self.tables["products"] if row["product"] == product]
        return [
            f"{self._acts[number]['code']} {self._acts[number]['performed_on']}"
            for row in rows
            for number in row["evidence"]
        ]

    def mono(self, phase: str, organisation: int) -> int | None:
        """The old-way value of an organisation in a phase, in cents; None is unknown."""
        return next(
            row["cents"]
            for row in self.tables["mono_values"]
            if PHASES[row["phase"]] == phase and row["organisation_id"] == organisation
        )

    @staticmethod
    def _place(row: Row) -> str:
        return f"{row['disposition']}: {row['reason']}"


def low_risk(region: Region, **told: str) -> Story:
    """An intake and a control, and a birth on the due date; what happens there is told next."""
    pregnancy = region.pregnancy(**({"due": "2025-06-01", "intake": "2024-11-01"} | told))
    story = pregnancy.did("V-INT", "2024-11-01").did("V-CON", "2025-01-10")
    return story.born("2025-06-01")
