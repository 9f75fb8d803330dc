"""What `ooievaar import claims` and `import claim-codes` do, and how they tell it."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

import typer
from django.utils import timezone

from ooievaar.claims.members.commands import (
    MemberImport,
    import_member_codes,
    import_member_file,
    member_content,
)
from ooievaar.claims.members.returns import is_return, take_member_return
from ooievaar.claims.members.table import code_rows
from ooievaar.cli.faults import SHOWN, tell
from ooievaar.cli.numbers import counted, number
from ooievaar.exchange.reading import read_table
from ooievaar.kernel.faults import Fault, InputRejected, refusal


def take_files(
    files: Iterable[Path], billed: bool, test: bool, accept_good_rows: bool, faults: Path | None
) -> None:
    """Read every file by itself; exit with status 2 when one of them was refused."""
    refused: list[Fault] = []
    left_out: list[Fault] = []
    for path in files:
        try:
            left_out += _take(path, billed, test, accept_good_rows)
        except InputRejected as rejected:
            refused += rejected.faults
            typer.echo(f"{path.name}: geweigerd, er is niets van opgeslagen.", err=True)
        except OSError as error:
            refused.append(Fault(path.name, None, "", refusal(error), "een leesbaar bestand"))
    if refused or left_out:
        tell([*refused, *left_out], faults)
    if refused:
        typer.echo(f"{len(refused)} fout(en).", err=True)
        raise SystemExit(2)


def take_codes(file: Path) -> None:
    """Put a table of codes in force."""
    read = read_table(file)
    if isinstance(read, list):
        raise InputRejected(read)
    rows = code_rows(file.name, read.to_pylist())
    sha256 = hashlib.sha256(file.read_bytes()).hexdigest()
    if import_member_codes(file.name, rows, timezone.now(), sha256) is None:
        typer.echo("Deze tabel is al eens ingelezen; er is niets veranderd.")
        return
    typer.echo(
        f"{counted(len(rows), 'code', 'codes')} ingelezen; zij gaan voor op die van Ooievaar."
    )


def _take(path: Path, billed: bool, test: bool, accept_good_rows: bool) -> list[Fault]:
    """Read one file; return what was left out of it."""
    content = member_content(path)
    if is_return(content):
        _take_return(path.name, content, test)
        return []
    result = import_member_file(
        path.name,
        content,
        now=timezone.now(),
        billed=billed,
        allow_test=test,
        accept_good_rows=accept_good_rows,
        report=typer.echo,
    )
    _tell_import(path.name, result)
    return result.refused


def _tell_import(name: str, result: MemberImport) -> None:
    if result.read_before:
        told = "is al eens ingelezen; er is niets veranderd"
        if result.billed:
            told = f"is al eens ingelezen; {_billed(result.billed)}"
        typer.echo(f"{name}: {told}.")
        return
    typer.echo(
        f"{name}: {counted(result.stored, 'activiteit', 'activiteiten')} opgeslagen, "
        f"{number(result.known)} al bekend, {number(result.taken_back)} ingetrokken door een "
        f"creditregel, {number(result.rows_refused)} geweigerd."
    )
    if result.billed:
        typer.echo(f"{name}: {_billed(result.billed)}.")
    for note in result.notes[:SHOWN]:
        typer.echo(f"{name}: {note}")


def _take_return(name: str, content: bytes, test: bool) -> None:
    taken = take_member_return(name, content, now=timezone.now(), allow_test=test)
    if taken.read_before:
        typer.echo(f"{name}: is al eens ingelezen; er is niets veranderd.")
        return
    typer.echo(
        f"{name}: antwoord op factuur {taken.answer.file.invoice_number}; {_billed(taken.billed)}."
    )


def _billed(lines: int) -> str:
    return f"{counted(lines, 'activiteit geldt', 'activiteiten gelden')} nu als al gedeclareerd"
