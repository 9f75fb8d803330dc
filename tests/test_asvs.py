"""The table of ASVS 5.0 level 2 is whole, and what it points at exists."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
TABLE = (ROOT / "docs/security/asvs.md").read_text("utf-8")
ROW = re.compile(r"^\| (\d+\.\d+\.\d+) \| (.+?) \| (met|n/a|open) \| (.*?) \|$", re.MULTILINE)
PATH = re.compile(r"`([\w./-]+/[\w./-]+|[A-Z]+\.md|Makefile|conftest\.py)`")

SECTIONS = """
1.1:2 1.2:9 1.3:11 1.4:3 1.5:2  2.1:3 2.2:3 2.3:4 2.4:1  3.2:2 3.3:4 3.4:6 3.5:5 3.7:2
4.1:3 4.2:1 4.3:2 4.4:4  5.1:1 5.2:3 5.3:2 5.4:3  6.1:3 6.2:12 6.3:4 6.4:4 6.5:5 6.6:3 6.8:4
7.1:3 7.2:4 7.3:2 7.4:5 7.5:2 7.6:2  8.1:2 8.2:3 8.3:1 8.4:1  9.1:3 9.2:4
10.1:2 10.2:2 10.3:4 10.4:11 10.5:5 10.6:2 10.7:3  11.1:2 11.2:3 11.3:3 11.4:4 11.5:1 11.6:1
12.1:3 12.2:2 12.3:4  13.1:1 13.2:5 13.3:2 13.4:5  14.1:2 14.2:4 14.3:3  15.1:3 15.2:3 15.3:7
16.1:1 16.2:5 16.3:4 16.4:3 16.5:3  17.1:1 17.2:4 17.3:2
"""
"""How many requirements of level 1 and 2 each section has; they come first in their section."""
ASKED = [
    f"{section}.{number}"
    for section, count in (words.split(":") for words in SECTIONS.split())
    for number in range(1, int(count) + 1)
]
ROWS = {name: (words, status, why) for name, words, status, why in ROW.findall(TABLE)}


def test_every_requirement_of_level_two_has_one_row_in_order() -> None:
    assert len(ASKED) == 253
    assert [name for name, *_ in ROW.findall(TABLE)] == ASKED


@pytest.mark.parametrize("name", ASKED)
def test_a_row_says_where_it_is_met_or_why_not(name: str) -> None:
    _, status, why = ROWS[name]
    paths = PATH.findall(why)
    missing = [path for path in paths if not (ROOT / path).exists()]
    assert not missing, f"{name} names what is not there"
    if status == "met":
        assert paths, f"{name} is met, but where?"
    else:
        assert len(why) > 5, f"{name} does not say why"


def test_every_row_of_the_table_was_read() -> None:
    lines = [line for line in TABLE.splitlines() if re.match(r"\| \d", line)]
    assert len(lines) == len(ROWS) == len(ASKED)


def test_the_counts_on_top_are_those_of_the_rows() -> None:
    statuses = [status for _, status, _ in ROWS.values()]
    met, off, open_ = (statuses.count(status) for status in ("met", "n/a", "open"))
    assert f"{met} met, {off} not applicable, {open_} open" in TABLE
