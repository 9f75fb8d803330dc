"""A region that is being lived: who works there, what still has to come in, and the other sides."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any

import pyarrow as pa

from ooievaar.bundles.models import Route
from ooievaar.claims.channel import FolderChannel
from ooievaar.claims.layouts import known_layouts
from ooievaar.exchange.commands import load_region
from ooievaar.network.models import Discipline, Insurer, Membership, Network, Organisation, Person
from ooievaar.network.positions import Refused, add_person, give_position
from ooievaar.network.roles import Role
from ooievaar.network.workplace import Workplace, workplaces_of
from ooievaar.record.access_log.actors import SYSTEM, actor_at
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import Kind as EventKind
from ooievaar.record.access_log.noting import Look
from ooievaar.record.women.records import her_records
from ooievaar.simulator.adversary.steps import BIRTHS, START, Step
from ooievaar.simulator.bank import OWN_BANK, Bank, made_up_iban
from ooievaar.simulator.boards import Board
from ooievaar.simulator.commands import refuse_second_region, simulate_tables
from ooievaar.simulator.insurance.administrator import Administrator
from ooievaar.simulator.insurance.books import BookPayment
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.post import OtherSide, open_other_side
from ooievaar.simulator.insurance.rates import DEFAULT
from ooievaar.simulator.insurance.world import read_world
from ooievaar.simulator.settled import SettledYear, begin_settling

COMES_LATER = ("pregnancies", "activities", "withdrawals")
"""Tables of which rows come in as the year goes on; the rest is there on the first day."""
AT = time(9, 0, tzinfo=UTC)
RATES = replace(DEFAULT.times(4), answers_never=0.05, pays_never=0.03)
"""How often claims go wrong of themselves: often, and not so that no money moves in a year."""

Row = dict[str, Any]


@dataclass(slots=True)
class Waiting:
    """What happened and was not registered with us yet, and what we were told already."""

    rows: dict[str, list[Row]]
    tables: Mapping[str, pa.Table]
    held: set[str] = field(default_factory=set)
    """AGB codes of who sends nothing for now."""
    told: list[Row] = field(default_factory=list)
    """Activities that came in."""
    files: list[Path] = field(default_factory=list)
    ended: set[str] = field(default_factory=set)
    """Pregnancies whose end was told otherwise: their source says nothing more."""


@dataclass(slots=True)
class Followed:
    """The woman of whom the last step told something, and until when she is derived again then."""

    woman_id: int
    until: date

    @property
    def records(self) -> frozenset[int]:
        """Return her records: more than one, where two turned out to be of one woman."""
        return frozenset(her_records(self.woman_id).values_list("pk", flat=True))

    @property
    def is_derived(self) -> bool:
        """Tell whether she was: not before the first night, nor by a clock that runs behind it."""
        hers = Route.objects.filter(pregnancy__woman_id__in=self.records)
        return hers.filter(again_until=self.until).exists()


@dataclass(slots=True)
class Life:
    """Both sides of every counter, and what happened so far."""

    seed: int
    profile: str
    network: Network
    folder: Path
    waiting: Waiting
    board: Board
    carer: Workplace
    practice: Workplace
    channel: FolderChannel
    other_side: OtherSide
    administrator: Administrator
    books: SettledYear
    unplaced: list[BookPayment] = field(default_factory=list)
    """Payments that came before what they pay was known with us; tried again."""
    returns: list[bytes] = field(default_factory=list)
    statements: list[bytes] = field(default_factory=list)
    happened: Counter[str] = field(default_factory=Counter)
    derived_to: tuple[int, int] = (0, 0)
    """The newest activity and withdrawal that the last night saw."""
    log_from: int = 1
    """The first event of the access log that was not held yet."""
    followed: Followed | None = None
    just_derived: bool = False

    @property
    def bank(self) -> Bank:
        """The bank of the network."""
        return self.books.bank

    @property
    def portal_layouts(self) -> Mapping[str, Any]:
        """The layouts as the other side knows them."""
        return self.other_side.portal.layouts

    def now(self, step: Step) -> datetime:
        """Return the moment that the machine believes it is, in working hours."""
        return datetime.combine(step.today, AT)

    def person(self, by: Workplace) -> Person:
        """Return who stands at a workplace."""
        return Person.objects.get(pk=by.person_id)

    def log(self, step: Step, by: Workplace | None, kind: EventKind, *women: int) -> None:
        """Append to the access log what a page or a command would."""
        look = Look(kind, "simulation", str(step.number), women=tuple(sorted(women)))
        append([look], actor_at(by) if by else SYSTEM, self.now(step))


def begin(seed: int, profile: str, folder: Path) -> Life:
    """Open a region on an empty database, with its people, accounts and other sides.

    Raises InputRejected when the database already holds a region, or for a profile that is not.
    """
    refuse_second_region()
    tables = simulate_tables(profile, seed, BIRTHS, 1, START)
    first = {name: table for name, table in tables.items() if name not in COMES_LATER}
    load_region(first, recorded_on=START, today=START, source_name=f"seed {seed}")
    network = Network.objects.filter(kind=Network.Kind.IGO).earliest("id")
    board, carer, practice = _people(network)
    rates, chances = RATES, Chances(seed)
    world = read_world(network, rates, chances)
    other_side = open_other_side(
        Insurer.objects.values_list("uzovi", flat=True), world, rates, chances, known_layouts()
    )
    return Life(
        seed=seed,
        profile=profile,
        network=network,
        folder=folder,
        waiting=Waiting({name: tables[name].to_pylist() for name in COMES_LATER}, tables),
        board=board,
        carer=carer,
        practice=practice,
        channel=FolderChannel(folder / "declaraties"),
        other_side=other_side,
        administrator=Administrator(board.controller, world, other_side, rates, chances),
        books=begin_settling(network, board, folder / "bank", START),
    )


def own_iban() -> str:
    """Return the account of the network."""
    return made_up_iban(1, OWN_BANK)


def _people(network: Network) -> tuple[Board, Workplace, Workplace]:
    """Add who decides over money, a midwife, and who runs her practice."""
    members = Membership.objects.filter(network=network)
    disciplines = sorted({*members.values_list("organisation__discipline", flat=True)})
    practices = Organisation.objects.filter(
        discipline=Discipline.MIDWIVES, pk__in=members.values("organisation_id")
    )
    practice = practices.earliest("id")

    def works(role: Role, discipline: str = "", place: Organisation | None = None) -> Workplace:
        name = f"{role}{discipline}"
        person = add_person(name, name, "Verzonnen", is_demo=True)
        given = give_position(
            None,
            person,
            role,
            START,
            valid_from=START,
            organisation=place,
            network=network,
            discipline=discipline,
        )
        assert not isinstance(given, Refused), given
        (workplace,) = workplaces_of(person, START)
        return workplace

    board = Board(
        controller=works(Role.CONTROLLER),
        approver=works(Role.APPROVER),
        director=works(Role.DIRECTOR),
        representatives=tuple(works(Role.REPRESENTATIVE, one) for one in disciplines),
    )
    carer = works(Role.MIDWIFE, place=practice)
    return board, carer, works(Role.PRACTICE_ADMINISTRATOR, place=practice)
