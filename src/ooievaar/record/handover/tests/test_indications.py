"""The list of reasons to refer: dated, checked, and honest about where it comes from."""

from datetime import date
from pathlib import Path

import pytest

from ooievaar.kernel.faults import InputRejected
from ooievaar.record.handover.indications import FILE, load

DAY = date(2026, 10, 1)


def test_the_list_has_every_category_and_claims_nothing_it_did_not_read() -> None:
    rows = load().on(DAY)
    assert {row.category for row in rows} == set("ABCD")
    assert not any(row.verified for row in rows)
    assert [group.group for group, _rows in load().by_group(DAY)] == [
        "general", "obstetric", "pregnancy", "birth", "after",
    ]  # fmt: skip
    assert load().on(date(2016, 12, 31)) == []
    assert load().category("B").name_nl == "Overleg"


@pytest.mark.parametrize(
    ("was", "becomes", "told"),
    [
        ('category: "C"', 'category: "E"', "category"),
        ("group: general\n    category", "group: elders\n    category", "group"),
        ("verified: false", "verified: misschien", "verified"),
        ("code: thyroid", "code: diabetes_before", "elke code één keer per dag"),
    ],
)
def test_a_broken_list_is_refused_with_its_line(
    tmp_path: Path, was: str, becomes: str, told: str
) -> None:
    broken = tmp_path / "indications.yaml"
    broken.write_text(FILE.read_text(encoding="utf-8").replace(was, becomes, 1), encoding="utf-8")
    with pytest.raises(InputRejected) as found:
        load(broken)
    faults = found.value.faults
    assert told in str(faults[0])
    assert faults[0].row
