"""`ooievaar snapshot`, and `ooievaar derive` over folders of one region or of many."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from ooievaar.cli.networks import chosen_network, read_day, tomorrow
from ooievaar.cli.numbers import number
from ooievaar.kernel.faults import Fault, InputRejected
from ooievaar.kernel.money import format_euro
from ooievaar.record.access_log.actors import SYSTEM
from ooievaar.record.access_log.commands import append
from ooievaar.record.access_log.models import Kind
from ooievaar.record.access_log.noting import NO_RELATION, Look
from ooievaar.settlement.regions.derive import Summary, derive_folder
from ooievaar.settlement.regions.engines import DuckDBEngine, Engine, SparkEngine
from ooievaar.settlement.regions.pseudonyms import make_key, read_key
from ooievaar.settlement.regions.snapshot import write_snapshot
from ooievaar.storage.columns import columns_of_one_moment
from ooievaar.storage.spark import start_spark, why_no_spark

console = Console(highlight=False)


class EngineName(StrEnum):
    """What runs the rules."""

    DUCKDB = "duckdb"
    SPARK = "spark"


def register(app: typer.Typer) -> None:
    """Add `snapshot`."""
    app.command("snapshot")(snapshot)


def snapshot(
    output: Annotated[Path, typer.Option(help="Map voor de momentopname.")],
    key_file: Annotated[
        Path, typer.Option(help="Sleutel van de pseudoniemen; bewaar die ergens anders.")
    ],
    region: Annotated[
        int, typer.Option(help="Nummer van de regio in de landelijke monitor (1 tot 511).")
    ] = 1,
    network: Annotated[str | None, typer.Option(help="Naam van het netwerk.")] = None,
    until: Annotated[
        str | None, typer.Option(help="Wat op of na deze dag ligt, is nog niet gebeurd.")
    ] = None,
    known_until: Annotated[
        str | None, typer.Option(help="Alleen feiten die vóór deze dag bekend waren.")
    ] = None,
    is_new: Annotated[
        bool, typer.Option("--new-key", help="Maak eerst een nieuwe sleutel in dat bestand.")
    ] = False,
    whole: Annotated[
        bool,
        typer.Option(
            "--whole",
            help="Ook vrouwen die bezwaar hebben tegen leren van hun zorg: alleen voor het geld, "
            "en alleen waar dat is afgesproken.",
        ),
    ] = False,
) -> None:
    """Schrijf de feiten van een netwerk als Parquet, per regio en jaar, zonder wie de vrouwen zijn.

    Wie bezwaar heeft tegen leren van haar zorg, staat er niet in. In de map staat ook een
    beschrijving van elke kolom. De sleutel hoort niet in die map.
    """
    if key_file.resolve().is_relative_to(output.resolve()):
        told = "een sleutel in de map van de momentopname"
        raise InputRejected([Fault("--key-file", None, "", told, "een andere plaats")])
    chosen = chosen_network(network)
    end = read_day(until, "--until") if until else tomorrow()
    known = read_day(known_until, "--known-until") if known_until else max(end, tomorrow())
    if is_new:
        make_key(key_file)
    key = read_key(key_file)
    with columns_of_one_moment():
        rows = write_snapshot(
            chosen,
            output,
            key,
            region=region,
            until=end,
            known_until=known,
            whole=whole,
            tell=lambda text: console.print(text, soft_wrap=True),
        )
    counts = {name: rows[name] for name in ("pregnancies", "activities")}
    append(
        [
            Look(
                Kind.EXPORT,
                "snapshot",
                f"{region:02d}",
                controls=NO_RELATION,
                detail={
                    "until": str(end),
                    "women": "all" if whole else "without_objections",
                    **counts,
                },
            )
        ],
        SYSTEM,
    )
    console.print(
        f"Momentopname van {chosen.name} geschreven in {output}: "
        f"{number(rows['pregnancies'])} zwangerschappen, "
        f"{number(rows['activities'])} activiteiten.",
        soft_wrap=True,
        markup=False,
    )


def derive_folders(
    source: Path, target: Path, engine: EngineName, master: str, memory: str
) -> None:
    """Derive a folder of facts and tell what came of it; exit 1 when something has no place."""
    with _engine(engine, master, memory, target) as chosen:
        found = derive_folder(
            source, target, chosen, lambda text: console.print(f"  {text}", soft_wrap=True)
        )
    _print(found, target)
    if found.failures:
        for failure in found.failures:
            console.print(failure, soft_wrap=True, markup=False)
        raise typer.Exit(1)


@contextmanager
def _engine(name: EngineName, master: str, memory: str, target: Path) -> Iterator[Engine]:
    if name is EngineName.DUCKDB:
        yield DuckDBEngine(memory, target / ".work" / "spill")
        return
    if (why := why_no_spark()) is not None:
        raise InputRejected([Fault("--engine", None, "", why, "Spark, of --engine duckdb")])
    session = start_spark(master, memory)
    try:
        yield SparkEngine(session)
    finally:
        session.stop()


def _print(found: Summary, target: Path) -> None:
    console.print(
        f"Afgeleid met {found.engine}: {len(found.regions)} regio's, "
        f"{number(found.rows['activities'])} activiteiten met elk één bestemming, "
        f"{number(found.rows['products'])} producten, {number(found.rows['breakers'])} brekers. "
        f"Te declareren {format_euro(found.cents['products'])}, "
        f"verdeeld {format_euro(found.cents['divided'])}. "
        f"In {sum(found.seconds.values()):.0f} s geschreven in {target}.",
        soft_wrap=True,
        markup=False,
    )
