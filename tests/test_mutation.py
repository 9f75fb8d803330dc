"""The mutation tool itself: a fault that tests notice, one that nobody can, and how they are told.

The whole, over all rules, is `make mutate`.
"""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mutation.mutants import Mutant, mutants_of
from mutation.rooms import ROOMS, ROOT
from mutation.survivors import Reason, faults, read_reasons, score
from mutation.trying import Tried

pytestmark = pytest.mark.once

RULE = '''\
"""A rule."""

LIMIT = 3


def is_late(days: int, limit: int = LIMIT) -> bool:
    """Tell whether it is late, which is a text and no rule."""
    if not days:
        return False
    return days >= limit and days != 9
'''


def mutants(tmp_path: Path, source: str = RULE) -> list[Mutant]:
    path = tmp_path / "late.py"
    path.write_text(source)
    return list(mutants_of(path, "demo/late"))


def test_mutants_are_small_faults_that_can_be_run(tmp_path: Path) -> None:
    found = mutants(tmp_path)
    changed = {one.name: one.source().decode().splitlines() for one in found}
    for source in changed.values():
        compile("\n".join(source), "late.py", "exec")
        assert len(set(source) ^ set(RULE.splitlines())) == 2, "one line is another"
    said = {name: "".join(set(source) - set(RULE.splitlines())) for name, source in changed.items()}
    assert said["demo/late:module:one-more:1"] == "LIMIT = (4)"
    assert said["demo/late:is_late:dropped-not:1"] == "    if (days):"
    assert said["demo/late:is_late:boundary:1"].strip() == "return ((days) > (limit)) and days != 9"
    assert said["demo/late:is_late:flag:1"].strip() == "return True"
    assert said["demo/late:is_late:dropped-condition:1"].strip() == "return ((days != 9))"
    assert not any("rule" in line or "text" in line for line in said.values())


def test_a_name_survives_edits_elsewhere(tmp_path: Path) -> None:
    before = {one.name: one.text for one in mutants(tmp_path)}
    other = RULE.replace(
        "LIMIT = 3", "FIRST = 1\n\n\ndef other() -> int:\n    return 7\n\n\nLIMIT = 3"
    )
    after = {one.name: one.text for one in mutants(tmp_path, other)}
    of_rule = {name: text for name, text in before.items() if ":is_late:" in name}
    assert of_rule.items() <= after.items()
    assert list(before) == list({one.name: 1 for one in mutants(tmp_path)}), "the same each time"


def test_a_share_is_the_same_share_each_time(tmp_path: Path) -> None:
    every = [one for room in ROOMS.values() for one in room.mutants()]
    assert len(every) == len({one.name for one in every}) > 2_000
    drawn = [one for one in every if one.is_drawn(0.1)]
    assert 0.07 < len(drawn) / len(every) < 0.13
    assert {one.name for one in drawn} < {one.name for one in every if one.is_drawn(0.5)}


def test_a_survivor_needs_a_reason_and_a_reason_a_survivor() -> None:
    killed = Tried("a/b:f:boundary:1", killed_by="a test")
    alive, same = Tried("a/b:f:and-or:1"), Tried("a/b:f:and-or:2", same_sql=True)
    reasons = [
        Reason("a/b:f:and-or:1", "equivalent", "no facts show it"),
        Reason("a/b:f:bound*", "open", "a test is wanting"),
        Reason("a/b:gone:*", "open", "a test is wanting"),
    ]
    tried = [killed, alive, same]
    known = {one.name for one in tried}
    assert list(faults(tried, reasons, known, True)) == [
        "survives without a reason: a/b:f:and-or:2 (its SQL is the same)",
        "stale: noticed now: a/b:f:bound*",
        "stale: no mutant is called a/b:gone:*",
    ]
    assert list(faults([same], reasons, known, False)) == [
        "survives without a reason: a/b:f:and-or:2 (its SQL is the same)"
    ], "of what was not tried nothing is said"
    told = score("a", tried, reasons)
    assert (told.tried, told.killed, told.equivalent) == (3, 1, 1)
    assert told.part == 1 / 3 and told.without_equivalent == 1 / 2


def test_every_reason_speaks_of_a_mutant() -> None:
    names = [one.name for room in ROOMS.values() for one in room.mutants()]
    for reason in read_reasons():
        assert any(reason.fits(name) for name in names), reason.pattern


def test_a_fault_is_noticed_and_an_equivalent_one_survives(tmp_path: Path) -> None:
    """One in the body of a function, one in a constant, one that no claims can show."""
    told = tmp_path / "told.json"
    names = ("deadlines:nearness:boundary:1", "states:module:word:1", "problems:Problem:flag:1")
    run = subprocess.run(
        [sys.executable, "-m", "mutation", "claims/rules", "--json", str(told)]
        + [word for name in names for word in ("--only", f"claims/{name}")],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": f"src{os.pathsep}."},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    found = {one["name"]: one for one in json.loads(told.read_text())["mutants"]}
    by = [found[f"claims/{name}"]["killed_by"].split("::")[-1] for name in names]
    assert "how_near_a_deadline_is" in by[0] or by[0], run.stdout
    assert by[1], run.stdout
    assert by[2] == "", run.stdout
