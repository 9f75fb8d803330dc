"""Beancount, which knows nothing of us, reads our books."""

import subprocess
import sys
from pathlib import Path

from beancount import loader
from beancount.core import realization
from beancount.core.inventory import Inventory


def bean_check(path: Path) -> str:
    """Run the checker of Beancount as somebody would; return what it says against the file."""
    program = Path(sys.executable).with_name("bean-check")
    result = subprocess.run(
        [program, "--no-cache", path], capture_output=True, text=True, check=False
    )
    said = result.stdout + result.stderr
    assert bool(result.returncode) == bool(said.strip()), result
    return said


def bean_balances(path: Path) -> dict[str, int]:
    """Let Beancount add up the postings itself; cents by the name of the account."""
    entries, errors, _ = loader.load_file(str(path))
    assert errors == []
    real = realization.realize(entries)
    sums = {}
    for account in realization.iter_children(real):
        inventory: Inventory = account.balance
        cents = sum(int(position.units.number * 100) for position in inventory)
        if cents:
            sums[account.account] = cents
    return sums
