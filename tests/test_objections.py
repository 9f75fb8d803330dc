"""Who objects to learning from her care is in no snapshot to learn from: every value is walked."""

import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from django.db.models import Count

from ooievaar.network.models import Insurer, Network, Organisation
from ooievaar.record.models import CareActivity, Consent, Coverage, Pregnancy, Woman
from ooievaar.settlement.regions import snapshot as snapshots
from ooievaar.settlement.regions.derive import derive_folder
from ooievaar.settlement.regions.engines import DuckDBEngine
from ooievaar.settlement.regions.folder import CODES, TABLES
from ooievaar.settlement.regions.objections import who_object
from ooievaar.settlement.regions.pseudonyms import pseudonyms
from tests.conftest import UNTIL, SimulatedRegion

pytestmark = pytest.mark.django_db
KEY, REGION = bytes(range(32)), 7
EARLY, LATE = (datetime(2025, month, 1, 9, tzinfo=UTC) for month in (3, 9))
NEW_UZOVI = "9998"


@pytest.fixture
def her(simulated_region: SimulatedRegion) -> Woman:
    """The woman with most care."""
    women = Woman.objects.annotate(acts=Count("activities")).order_by("-acts", "pk")
    return women[0]


def says(
    woman: Woman, is_given: bool | None, at: datetime, purpose: str = "quality", **sides: Any
) -> None:
    Consent.objects.create(woman=woman, purpose=purpose, is_given=is_given, recorded_at=at, **sides)


def write(folder: Path, *, whole: bool = False) -> list[str]:
    told: list[str] = []
    snapshots.write_snapshot(
        Network.objects.get(),
        folder,
        KEY,
        region=REGION,
        until=UNTIL,
        known_until=UNTIL,
        whole=whole,
        tell=told.append,
    )
    return told


def rows(folder: Path, name: str) -> list[dict[str, Any]]:
    return pq.read_table(folder / name, partitioning=None).to_pylist()


def values(folder: Path) -> Iterator[tuple[str, str, set[Any]]]:
    for path in sorted(folder.rglob("*.parquet")):
        table = pq.read_table(path, partitioning=None)
        for name in table.column_names:
            yield str(path), name, set(table[name].to_pylist())


def unnumbered(found: list[dict[str, Any]]) -> Counter[str]:
    """Rows without the number of the act, which follows from who else is there."""
    return Counter(
        repr({name: value for name, value in row.items() if name != "activity_id"}) for row in found
    )


def test_nothing_of_who_objects_is_in_it_and_all_of_the_others_is(
    her: Woman, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also not what only she brings: an insurer, a product divided before, an act at another's."""
    hers = Pregnancy.objects.filter(woman=her)
    another = Woman.objects.exclude(pk=her.pk).annotate(n=Count("activities")).order_by("-n")[0]
    theirs = Pregnancy.objects.filter(woman=another)[0]
    for of, at in ((another, hers[0]), (her, theirs)):
        act = CareActivity.objects.filter(woman=of)[0]
        act.pk, act.pregnancy, act.source_reference = None, at, f"linked-{of.pk}"
        act.save(force_insert=True)
    insurer = Insurer.objects.create(uzovi=NEW_UZOVI, name="Alleen van haar")
    Coverage.objects.create(
        woman=her, insurer=insurer, valid_from=date(1990, 1, 1), valid_until=date(1991, 1, 1)
    )
    products = [
        {"pregnancy_id": one, "phase": 1, "cents": 100 + one, "contract_id": 1}
        for one in (hers[0].pk, theirs.pk)
    ]
    monkeypatch.setattr(snapshots, "made_products", lambda network: products)

    write(tmp_path / "whole")
    assert NEW_UZOVI in {row["code"] for row in rows(tmp_path / "whole", "codes")}
    says(her, False, EARLY)
    assert write(tmp_path / "learning")[0] == "weggelaten op hun bezwaar: 1 vrouwen"
    write(tmp_path / "money", whole=True)

    woman = pseudonyms(KEY, "woman", REGION, [her.pk])[her.pk]
    pregnancies = set(
        pseudonyms(KEY, "pregnancy", REGION, hers.values_list("pk", flat=True)).values()
    )
    seen: Counter[str] = Counter()
    for place, column, found in values(tmp_path / "learning"):
        seen[column] += 1
        assert woman not in found and not found & pregnancies, (place, column)
        assert not found & {NEW_UZOVI, 100 + hers[0].pk}, (place, column)
    assert set(seen) >= {"woman_id", "pregnancy_id", "activity_id", "cents", "code"}

    for name in (*TABLES, "codes"):
        before, after = rows(tmp_path / "whole", name), rows(tmp_path / "learning", name)
        left = [
            row
            for row in before
            if row.get("woman_id") != woman
            and row.get("pregnancy_id") not in pregnancies
            and row.get("code") != NEW_UZOVI
        ]
        assert unnumbered(after) == unnumbered(left), name
        assert unnumbered(rows(tmp_path / "money", name)) == unnumbered(before), name
        changed = name in {"activities", "pregnancies", "coverages", "made_products", "codes"}
        assert (len(after) < len(before)) is changed, name
    assert "code" in CODES


def test_what_it_derives_to_adds_up_in_itself_and_not_to_the_region(
    her: Woman, tmp_path: Path
) -> None:
    def cents(name: str) -> int:
        target = tmp_path / f"{name}_out"
        engine = DuckDBEngine("1g", target / ".work")
        found = derive_folder(tmp_path / name, target, engine, lambda _: None)
        assert found.failures == []
        return found.cents["divided"]

    write(tmp_path / "before")
    says(her, False, EARLY)
    write(tmp_path / "learning")
    assert 0 < cents("learning") < cents("before")


def test_the_description_says_of_whom_it_tells(her: Woman, tmp_path: Path) -> None:
    says(her, False, EARLY)
    for name, whole, word, told in (
        ("learning", False, "without_objections", "telt daarom niet op"),
        ("money", True, "all", "leer er niet van"),
    ):
        write(tmp_path / name, whole=whole)
        place = tmp_path / name / f"description/region=0{REGION}"
        about = json.loads((place / "snapshot.json").read_text("utf-8"))
        assert about["women"] == word
        assert about["rows"]["activities"] == len(rows(tmp_path / name, "activities"))
        assert told in (place / "snapshot.md").read_text("utf-8")


def test_an_objection_counts_to_whomever_it_is_and_until_she_takes_it_back(her: Woman) -> None:
    one = Organisation.objects.all()[0]
    says(her, False, EARLY, purpose="research")
    says(her, False, EARLY, purpose="treatment")
    says(her, True, EARLY)
    assert who_object() == set()
    says(her, False, EARLY, source=one)
    assert who_object() == {her.pk}
    says(her, None, LATE, source=one)
    assert who_object() == set()
    says(her, False, LATE, recipient=one)
    assert who_object() == {her.pk}
    says(her, True, LATE, recipient=one)
    assert who_object() == set()


def test_of_two_records_of_one_woman_an_objection_in_either_counts(
    her: Woman, tmp_path: Path
) -> None:
    kept = Woman.objects.create(reference="W-kept", name="Noor", birth_date=her.birth_date)
    says(kept, False, EARLY)
    acts = CareActivity.objects.filter(woman=her).count()
    write(tmp_path / "before")
    Woman.objects.filter(pk=her.pk).update(same_as=kept)
    assert who_object() == {kept.pk}
    write(tmp_path / "after")
    before, after = (len(rows(tmp_path / one, "activities")) for one in ("before", "after"))
    assert 0 < before - after <= acts
    numbers = pseudonyms(KEY, "woman", REGION, [her.pk, kept.pk]).values()
    for place, column, found in values(tmp_path / "after"):
        assert not found & set(numbers), (place, column)
