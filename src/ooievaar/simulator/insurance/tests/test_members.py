"""A member's own files hold what it did, and reading them gives it back."""

from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction

from ooievaar.claims.members.commands import import_member_file
from ooievaar.exchange.commands import load_region
from ooievaar.network.models import Network
from ooievaar.record.models import CareActivity
from ooievaar.simulator.commands import simulate_tables
from ooievaar.simulator.insurance.members import MemberFiles, write_member_files

START, UNTIL = date(2025, 1, 1), date(2025, 3, 1)
NOW = datetime(2025, 3, 3, 9, 0, tzinfo=UTC)
TOLD = (
    *("organisation__agb", "woman__bsn", "code", "specialism", "performed_on"),
    *("quantity", "duration_minutes"),
)


def load(tables: dict[str, Any]) -> Network:
    load_region(tables, recorded_on=date(2025, 12, 31), source_name="test", report=lambda _: None)
    return Network.objects.get()


def written(folder: Path, tables: dict[str, Any]) -> tuple[MemberFiles, Counter[Any]]:
    """Write the files of a region that is gone afterwards; give what they should hold."""
    with transaction.atomic():
        network = load(tables)
        done = write_member_files(network, folder, UNTIL)
        members = network.memberships.values("organisation_id")
        acts = CareActivity.objects.filter(
            organisation__in=members,
            source="record",
            performed_on__lt=UNTIL,
            withdrawal__isnull=True,
        )
        expected = Counter(acts.order_by().values_list(*TOLD))
        transaction.set_rollback(True)
    return done, expected


@pytest.mark.django_db
def test_the_files_of_a_region_read_back_give_the_same_activities(tmp_path: Path) -> None:
    tables = simulate_tables("regional", seed=3, births=14, years=1, start=START)
    done, expected = written(tmp_path, tables)
    assert done.lines + sum(done.left_out.values()) == expected.total() > 300
    assert set(done.left_out) <= {"not_insured"}

    for name in ("activities", "withdrawals"):
        tables[name] = tables[name].slice(0, 0)
    load(tables)
    paths = sorted(tmp_path.rglob("*.asc"))
    assert {path.name.split("-")[1] for path in paths} == {"VK301", "KZ301", "ZH308"}
    for path in paths:
        taken = import_member_file(path.name, path.read_bytes(), now=NOW, allow_test=True)
        assert not taken.refused, (path.name, taken.refused[:2])
    read = Counter(CareActivity.objects.order_by().values_list(*TOLD))
    assert read.total() == done.lines
    assert not read - expected


@pytest.mark.django_db
def test_equal_activities_give_equal_files(tmp_path: Path) -> None:
    tables = simulate_tables("regional", seed=3, births=6, years=1, start=START)
    for name in ("a", "b"):
        written(tmp_path / name, tables)
    first, second = (
        {
            path.relative_to(tmp_path / name): path.read_bytes()
            for path in (tmp_path / name).rglob("*.asc")
        }
        for name in ("a", "b")
    )
    assert first and first == second
