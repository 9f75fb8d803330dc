"""Make a synthetic region: as tables, as Parquet files, or in the database."""

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from ooievaar import rulebook
from ooievaar.kernel.faults import Fault, InputRejected, refusal
from ooievaar.simulator.activities import simulate_activities
from ooievaar.simulator.households import simulate_households
from ooievaar.simulator.pregnancies import simulate_courses
from ooievaar.simulator.prenatal import Scene
from ooievaar.simulator.profiles import PROFILES, Profile
from ooievaar.simulator.randomness import day_number
from ooievaar.simulator.region import build_region
from ooievaar.simulator.tables import (
    activity_tables,
    pregnancies_table,
    region_tables,
    women_tables,
)

RUN_UP = timedelta(days=550)
"""Pregnancies that run on the first day, and preconception care before them, lie in it."""
MOST_BIRTHS = 400_000
FILE = "simulatie"


def simulate_tables(
    profile: str | Profile, seed: int, births: int, years: int, start: date
) -> dict[str, pa.Table]:
    """Return the region tables of a synthetic region; equal parameters give equal tables.

    `profile` is the name of one, or one with rates of its own. `births` a year are born in
    `[start, start + years)`; nothing is dated on or after its end.
    Raises InputRejected for parameters that cannot be.
    """
    chosen = profile if isinstance(profile, Profile) else _profile(profile)
    end = _end(start, years)
    _check(seed, births, years, start, end)
    first, last = day_number(start), day_number(end)
    region = build_region(chosen, start, end)
    courses = simulate_courses(chosen, seed, births, first, last)
    households = simulate_households(chosen, seed, region, courses, start, end)
    registered = simulate_activities(Scene(chosen, seed, region, courses, households), last)
    return {
        **region_tables(region),
        **women_tables(seed, region, households),
        "pregnancies": pregnancies_table(seed, region, courses, households, last),
        **activity_tables(seed, region, households, registered),
    }


def write_parquet(tables: dict[str, pa.Table], folder: Path) -> list[Path]:
    """Write every table as `<name>.parquet` in the folder, which is made; return the files.

    Raises InputRejected when nothing can be written there.
    """
    written = []
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, table in tables.items():
            path = folder / f"{name}.parquet"
            pq.write_table(table, path, compression="zstd")
            written.append(path)
    except OSError as error:
        found = refusal(error)
        raise InputRejected([_fault("folder", found, "een map waarin te schrijven is")]) from None
    return written


def simulate_region(
    profile: str = "regional",
    seed: int = 1,
    births: int = 2400,
    years: int = 2,
    start: date = date(2025, 1, 1),
    report: Callable[[str], None] = print,
    folder: Path | None = None,
    load: bool = True,
) -> dict[str, int]:
    """Simulate a region, write it to `folder` if given, store it if asked; return rows per table.

    Raises InputRejected when the database already holds a region, before anything is made.
    """
    if load:
        refuse_second_region()
    report(f"Simuleren: profiel {profile}, {births} geboorten per jaar, {years} jaar vanaf {start}")
    tables = simulate_tables(profile, seed, births, years, start)
    for name in ("women", "pregnancies", "activities"):
        report(f"  {name}: {tables[name].num_rows} rijen")
    if folder is not None:
        written = write_parquet(tables, folder)
        report(f"{len(written)} Parquet-bestanden geschreven in {folder}")
    if load:
        from ooievaar.exchange.commands import load_region
        from ooievaar.simulator.consents import simulate_consents

        load_region(
            tables,
            recorded_on=_end(start, years) - timedelta(days=1),
            source_name=f"simulatie {profile}, seed {seed}",
            report=report,
        )
        report(f"  toestemmingen: {simulate_consents(seed)} rijen")
    return {name: table.num_rows for name, table in tables.items()}


def _profile(name: str) -> Profile:
    if name not in PROFILES:
        raise InputRejected([_fault("profile", name, " of ".join(PROFILES))])
    return PROFILES[name]


def _end(start: date, years: int) -> date:
    try:
        return start.replace(year=start.year + years)
    except ValueError:  # 29 February, or a year that does not exist
        raise InputRejected([_fault("from", str(start), "een dag die elk jaar bestaat")]) from None


def _check(seed: int, births: int, years: int, start: date, end: date) -> None:
    book = rulebook.load().period
    faults = []
    if seed < 0:
        faults.append(_fault("seed", str(seed), "een getal vanaf 0"))
    if not 1 <= births <= MOST_BIRTHS:
        faults.append(_fault("births", str(births), f"een aantal van 1 tot en met {MOST_BIRTHS}"))
    if years < 1:
        faults.append(_fault("years", str(years), "ten minste 1 jaar"))
    elif start < book.start + RUN_UP or end > book.until:
        expected = f"jaren binnen {book.start + RUN_UP} tot {book.until} (het regelboek)"
        faults.append(_fault("from", f"{start} tot {end}", expected))
    if faults:
        raise InputRejected(faults)


def refuse_second_region() -> None:
    """Raise InputRejected when the database already holds a region."""
    from ooievaar.network.models import Network

    stored = Network.objects.count()
    if stored:
        expected = "een lege databank: kies een andere gegevensmap"
        raise InputRejected([_fault("databank", f"al een regio ({stored} netwerken)", expected)])


def _fault(column: str, found: str, expected: str) -> Fault:
    return Fault(file=FILE, row=None, column=column, found=found, expected=expected)
