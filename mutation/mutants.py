"""The mutants of a source file: each one small change of its text, under a name that lasts."""

import ast
import difflib
import hashlib
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from mutation.operators import Edit, edits

FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)


@dataclass(frozen=True, slots=True)
class Mutant:
    """One change: bytes `[start, end)` of the file become `text`.

    `place` is the function or class it stands in; the name counts the changes of one kind in that
    place only, so that it survives edits elsewhere. `code` is the outermost function whose body
    holds the change, by qualified name and line; None where it is read while importing.
    """

    name: str
    path: Path
    line: int
    operator: str
    start: int
    end: int
    text: str
    code: tuple[str, int] | None

    def source(self) -> bytes:
        """Return the whole file with the change in it."""
        told = self.path.read_bytes()
        return told[: self.start] + self.text.encode() + told[self.end :]

    def diff(self) -> str:
        """Show the change as lines."""
        before = self.path.read_text("utf-8").splitlines()
        after = self.source().decode().splitlines()
        lines = difflib.unified_diff(before, after, self.path.name, self.name, lineterm="", n=2)
        return "\n".join(lines)

    def is_drawn(self, share: float) -> bool:
        """Tell whether a share of all mutants holds this one; the same ones each time."""
        drawn = int.from_bytes(hashlib.sha256(self.name.encode()).digest()[:8], "big")
        return drawn < share * 2**64


def mutants_of(path: Path, label: str) -> Iterator[Mutant]:
    """Yield every mutant of a file, in the order of its lines; `label` begins their names."""
    source = path.read_bytes()
    tree = ast.parse(source)
    places = _places(tree)
    counted: Counter[str] = Counter()
    each = dict.fromkeys(edits(tree, source))
    found = sorted(each, key=lambda edit: (edit.start, edit.end, edit.operator))
    for edit in found:
        place, code = _place(places, edit)
        counted[f"{place}:{edit.operator}"] += 1
        name = f"{label}:{place}:{edit.operator}:{counted[f'{place}:{edit.operator}']}"
        start, end = edit.start, edit.end
        line = source[:start].count(b"\n") + 1
        yield Mutant(name, path, line, edit.operator, start, end, edit.text, code)


Span = tuple[int, int, str, tuple[str, int] | None]


def _places(tree: ast.Module) -> list[Span]:
    """Return the lines of every function's body and class, with the code to change, widest first.

    What stands above a body (decorators, defaults) is read while importing, like a class.
    """
    found: list[Span] = []

    def look(body: list[ast.stmt], above: str, inside: tuple[str, int] | None) -> None:
        for node in body:
            if not isinstance(node, (*FUNCTIONS, ast.ClassDef)):
                continue
            name = f"{above}.{node.name}".lstrip(".")
            if isinstance(node, ast.ClassDef):
                found.append((node.lineno, node.end_lineno or 0, name, inside))
                look(node.body, name, inside)
                continue
            first = min([node.lineno, *(one.lineno for one in node.decorator_list)])
            own = inside or (name, first)
            found.append((first, node.body[0].lineno - 1, name, inside))
            found.append((node.body[0].lineno, node.end_lineno or 0, name, own))
            look(node.body, name, own)

    look(tree.body, "", None)
    return found


def _place(places: list[Span], edit: Edit) -> tuple[str, tuple[str, int] | None]:
    """Return the innermost place of a line."""
    name, code = "module", None
    for first, last, place, of in places:
        if first <= edit.line <= last:
            name, code = place, of
    return name, code
