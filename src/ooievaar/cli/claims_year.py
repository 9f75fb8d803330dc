"""The claims of a region that does not exist: lived month by month, and told at the end."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

from django.conf import settings
from rich.console import Console

from ooievaar.cli.demo_people import DemoPerson
from ooievaar.cli.numbers import counted
from ooievaar.kernel.money import format_euro
from ooievaar.network.models import Network
from ooievaar.network.roles import Role
from ooievaar.network.workplace import workplaces_of
from ooievaar.simulator.insurance.burden import burden_lines, measure_burden
from ooievaar.simulator.insurance.proof import Side, compare_books
from ooievaar.simulator.insurance.rates import DEFAULT, InsuranceRates
from ooievaar.simulator.insurance.year import ClaimsYear, begin_year

MONTHS_LEFT_ALONE = 2
"""In so many last months nobody takes up what went wrong: that is for who looks at the demo."""
MOST_TOLD = 10

console = Console(highlight=False)


def open_counter(
    network: Network,
    people: Sequence[DemoPerson],
    seed: int,
    today: date,
    rates: InsuranceRates = DEFAULT,
) -> ClaimsYear:
    """Begin to claim, with the people who do that, through the folder of this installation."""
    places = {
        workplace.role: workplace
        for one in people
        for workplace in workplaces_of(one.person, today)
    }
    return begin_year(
        network,
        places[Role.CONTROLLER],
        places[Role.APPROVER],
        Path(settings.DATA) / "declaraties",
        seed=seed,
        rates=rates,
    )


def print_claims(claims: ClaimsYear, today: date) -> bool:
    """Print what was claimed, granted and paid, and the handwork; tell whether both books agree."""
    agreement = compare_books(claims.network, claims.other_side)
    told = claims.happened
    console.print(
        f"    {counted(told['files'], 'bestand', 'bestanden')} verzonden, "
        f"{counted(told['returns'], 'retour', 'retouren')} ingelezen en "
        f"{told['returns refused']} geweigerd (dubbel, beschadigd of van een ander), "
        f"{counted(told['payments'], 'betaling', 'betalingen')}",
        soft_wrap=True,
    )
    for name, sides in (("verzekeraars", agreement.theirs), ("wij", agreement.ours)):
        console.print(f"    {name:<12} {_sums(list(sides.values()))}", soft_wrap=True)
    if agreement.holds:
        console.print("    bewijs: de boeken van de verzekeraars en de onze zijn gelijk op de cent")
    else:
        console.print("    bewijs: de boeken van de verzekeraars en de onze verschillen:")
        for difference in agreement.differences[:MOST_TOLD]:
            console.print(f"      {difference}", soft_wrap=True, markup=False)
    for line in burden_lines(measure_burden(claims.network, today)):
        console.print(f"    {line}", soft_wrap=True)
    return agreement.holds


def _sums(sides: Sequence[Side]) -> str:
    lines = sum(side.lines for side in sides)
    claimed, granted, paid = (
        format_euro(sum(getattr(side, name) for side in sides))
        for name in ("claimed_cents", "granted_cents", "paid_cents")
    )
    return f"{lines} regels: {claimed} gedeclareerd, {granted} toegekend, {paid} betaald"
