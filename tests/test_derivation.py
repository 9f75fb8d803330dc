"""What is stored of a derivation: all of it or nothing, and nothing twice."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection
from django.test.utils import CaptureQueriesContext

from ooievaar.bundles import commands, snapshot
from ooievaar.bundles.commands import STORED, derive_network
from ooievaar.bundles.models import Derivation, Disposition, PhasePeriod, Product, Route
from ooievaar.bundles.queries import pregnancy_picture
from ooievaar.bundles.snapshot import facts_at, read_snapshot
from ooievaar.record import queries as record
from ooievaar.record.commands import add_pregnancy_version, withdraw_activity
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.settlement.tests.region import Region

pytestmark = pytest.mark.django_db

UNTIL = date(2025, 10, 1)
NOW = datetime(2025, 10, 2, 9, tzinfo=UTC)
LATER = NOW + timedelta(days=1)


@pytest.fixture
def region() -> Region:
    return Region()


@pytest.fixture
def pregnancy(region: Region) -> Pregnancy:
    """Intake on 6 January, birth on 20 June 2025, and seven activities."""
    return region.usual_care()


def derive(region: Region, until: date = UNTIL, known_until: date = UNTIL, now: datetime = NOW):
    return derive_network(region.network, until=until, known_until=known_until, now=now)


def stored_rows() -> dict[str, list[tuple]]:
    """Every row of every derivation, as the database has it."""
    return {
        model.__name__: list(model._default_manager.order_by("id").values_list())
        for model in (Derivation, *STORED)
    }


def places(region: Region) -> dict[str, list[str]]:
    """By code: where its activities ended."""
    found: dict[str, list[str]] = {}
    for row in (
        Disposition.objects.filter(derivation__network=region.network)
        .select_related("activity")
        .order_by("activity__performed_on", "activity_id")
    ):
        found.setdefault(row.activity.code, []).append(f"{row.disposition}: {row.reason}")
    return found


def made(region: Region) -> dict[str, int]:
    rows = Product.objects.filter(derivation__network=region.network)
    return dict(rows.values_list("product", "cents"))


# One derivation


def test_every_activity_is_stored_with_one_disposition(
    region: Region, pregnancy: Pregnancy
) -> None:
    region.care(pregnancy, region.north, "NO-SUCH", date(2025, 3, 4))
    result = derive(region)
    assert result.stored
    assert sorted(Disposition.objects.values_list("activity_id", flat=True)) == sorted(
        CareActivity.objects.values_list("id", flat=True)
    )
    assert places(region) == {
        "V-INT": ["in_product: member"],
        "V-CON": ["in_product: member"],
        "NO-SUCH": ["not_billable: unknown_code"],
        "V-PAR": ["in_product: member"],
        "KZ-UUR": ["in_product: member"] * 3,
        "V-PP": ["in_product: member"],
    }
    assert made(region) == {
        "prenatal": 60_000,
        "natal": 90_001,
        "postnatal": 30_000,
        "kraamzorg_hour": 72_012,
    }


def test_dates_amounts_and_evidence_come_back_as_they_were_concluded(
    region: Region, pregnancy: Pregnancy
) -> None:
    derive(region)
    natal = Product.objects.get(product="natal")
    attended = CareActivity.objects.get(code="V-PAR")
    assert (natal.starts_on, natal.claimable_on) == (date(2025, 6, 20), date(2025, 6, 21))
    assert (natal.evidence, natal.is_open) == ([attended.pk], False)
    assert natal.key == f"{pregnancy.pk}:2"
    route = Route.objects.get()
    assert (route.route, route.reason, route.contract) == ("integral", "contract", region.contract)


def test_a_derivation_says_of_which_days_and_which_rule_book_it_is(
    region: Region, pregnancy: Pregnancy
) -> None:
    derivation = derive(region, date(2025, 7, 1), date(2025, 8, 1)).derivation
    derivation.refresh_from_db()
    facts = facts_at(
        read_snapshot(region.network), until=date(2025, 7, 1), known_until=date(2025, 8, 1)
    )
    assert (derivation.until, derivation.known_until) == (date(2025, 7, 1), date(2025, 8, 1))
    assert (derivation.edition, derivation.facts_hash) == (facts.edition, facts.content_hash)


def test_a_network_without_any_woman_has_an_empty_derivation(region: Region) -> None:
    assert derive(region).stored
    assert not derive(region).stored
    assert not Disposition.objects.exists()


# Again


def test_the_same_facts_again_write_nothing(region: Region, pregnancy: Pregnancy) -> None:
    first = derive(region)
    before = stored_rows()
    with CaptureQueriesContext(connection) as queries:
        again = derive(region, now=LATER)
    assert (again.stored, again.derivation) == (False, first.derivation)
    assert stored_rows() == before
    written = [q["sql"] for q in queries if q["sql"].startswith(("INSERT", "UPDATE", "DELETE"))]
    assert written == []


def test_a_new_fact_replaces_the_derivation_whole(region: Region, pregnancy: Pregnancy) -> None:
    first = derive(region)
    region.care(pregnancy, region.doctors, "G-CON", date(2025, 4, 1), specialism="0307")
    second = derive(region, now=LATER)
    assert second.stored
    assert second.derivation.pk != first.derivation.pk
    assert set(Derivation.objects.all()) == {second.derivation}
    for model in STORED:
        kept = set(model._default_manager.values_list("derivation_id", flat=True))
        assert kept <= {second.derivation.pk}, model
    assert made(region)["prenatal_complex"] == 101_200


def test_a_changed_contract_is_a_new_fact(region: Region, pregnancy: Pregnancy) -> None:
    derive(region)
    region.contract.tariffs.filter(product="natal").update(cents=95_000)
    assert derive(region).stored
    assert made(region)["natal"] == 95_000


def test_another_rule_book_derives_the_same_facts_again(
    region: Region, pregnancy: Pregnancy
) -> None:
    derive(region)
    Derivation.objects.update(edition="of last year")
    result = derive(region)
    assert result.stored
    assert result.derivation.edition != "of last year"


def test_changed_rules_derive_the_same_facts_again(
    region: Region, pregnancy: Pregnancy, monkeypatch: pytest.MonkeyPatch
) -> None:
    derive(region)
    monkeypatch.setattr(snapshot, "version_of_the_rules", lambda: "mended")
    assert derive(region).stored
    assert not derive(region).stored


@pytest.mark.parametrize("half_way", range(len(STORED)))
def test_an_error_half_way_leaves_the_last_derivation_as_it_was(
    region: Region, pregnancy: Pregnancy, monkeypatch: pytest.MonkeyPatch, half_way: int
) -> None:
    derive(region)
    before = stored_rows()
    region.care(pregnancy, region.north, "V-CON", date(2025, 4, 1))
    insert, tables = commands.insert_rows, list(STORED)

    def breaks_down(model: Any, fields: Any, rows: Any) -> None:
        if model is tables[half_way]:
            raise DatabaseError("the disk is full")
        insert(model, fields, rows)

    monkeypatch.setattr(commands, "insert_rows", breaks_down)
    with pytest.raises(DatabaseError, match="full"):
        derive(region, now=LATER)
    assert stored_rows() == before
    monkeypatch.undo()
    assert derive(region, now=LATER).stored
    assert len(places(region)["V-CON"]) == 2


def test_looking_again_later_without_news_moves_the_day_it_was_known(
    region: Region, pregnancy: Pregnancy
) -> None:
    """Else what no rule reads, such as twins, would stay hidden behind the older day."""
    derive(region)
    add_pregnancy_version(pregnancy, date(2025, 11, 3), children=2)
    later = derive(region, known_until=date(2025, 12, 1), now=LATER)
    assert not later.stored
    assert Derivation.objects.get().known_until == date(2025, 12, 1)
    picture = pregnancy_picture(pregnancy.pk)
    assert picture is not None and picture.children == 2


# The two days


@pytest.mark.parametrize(
    ("performed", "recorded", "counts"),
    [
        (date(2025, 9, 30), date(2025, 9, 30), True),
        (date(2025, 10, 1), date(2025, 9, 1), False),  # planned ahead
        (date(2025, 9, 30), date(2025, 10, 1), False),
    ],
)
def test_what_happens_or_is_recorded_on_the_day_itself_does_not_count_yet(
    region: Region, performed: date, recorded: date, counts: bool
) -> None:
    pregnancy = region.pregnancy(date(2025, 6, 1), date(2026, 1, 10), date(2026, 1, 10))
    region.care(pregnancy, region.north, "V-CON", performed, recorded_on=recorded)
    derive(region)
    assert places(region) == ({"V-CON": ["in_product: open"]} if counts else {})
    derive(region, performed + timedelta(days=1), recorded + timedelta(days=1))
    assert places(region) == {"V-CON": ["in_product: open"]}


def test_a_withdrawn_activity_counts_until_its_withdrawal_is_known(
    region: Region, pregnancy: Pregnancy
) -> None:
    consult = CareActivity.objects.get(code="V-CON")
    withdraw_activity(consult, date(2025, 9, 1), "verkeerde vrouw")
    derive(region)
    assert "V-CON" not in places(region)
    derive(region, known_until=date(2025, 9, 1))
    assert places(region)["V-CON"] == ["in_product: member"]
    derive(region, known_until=date(2025, 9, 2))
    assert "V-CON" not in places(region)


def test_the_newest_version_known_of_a_pregnancy_wins(region: Region, pregnancy: Pregnancy) -> None:
    def birth() -> date:
        return PhasePeriod.objects.get(phase=2).starts_on

    for recorded, day in ((8, 21), (9, 22), (9, 23)):  # of two on one day, the last written
        on = date(2025, 6, day)
        add_pregnancy_version(pregnancy, date(2025, recorded, 1), ended_on=on, birth_on=on)
    derive(region)
    assert birth() == date(2025, 6, 23)
    derive(region, known_until=date(2025, 9, 1))
    assert birth() == date(2025, 6, 21)
    derive(region, known_until=date(2025, 8, 1))
    assert birth() == date(2025, 6, 20)


def test_a_birth_that_is_still_to_come_is_not_known_yet(
    region: Region, pregnancy: Pregnancy
) -> None:
    derive(region, until=date(2025, 6, 20))
    assert list(PhasePeriod.objects.values_list("phase", "is_open")) == [(1, True)]
    assert set(Product.objects.values_list("product", "is_open")) == {("prenatal", True)}
    derive(region, until=date(2025, 6, 21))
    assert list(PhasePeriod.objects.order_by("phase").values_list("phase", flat=True)) == [1, 2, 3]


@pytest.mark.parametrize("moment", ["ended", "birth", "labour", "placenta", "entered"])
def test_of_a_moment_that_is_still_to_come_the_rules_see_nothing(
    region: Region, pregnancy: Pregnancy, moment: str
) -> None:
    last_day, day_after = date(2025, 6, 20), date(2025, 6, 21)
    moments = ("ended", "birth", "labour", "placenta", "entered")
    known = {f"{name}_on": last_day for name in moments} | {f"{moment}_on": day_after}
    add_pregnancy_version(
        pregnancy, date(2025, 9, 1), labour_minute=60, placenta_minute=120, **known
    )
    facts = facts_at(read_snapshot(region.network), until=day_after, known_until=UNTIL)
    (row,) = facts.tables["pregnancies"].to_pylist()
    assert {name: row[f"{name}_on"] for name in moments} == {
        name: None if name == moment else last_day for name in moments
    }
    assert row["end_kind"] == ("ongoing" if moment == "ended" else "birth")
    assert row["labour_minute"] == (None if moment == "labour" else 60)
    assert row["placenta_minute"] == (None if moment == "placenta" else 120)


def test_a_pregnancy_is_not_there_before_its_intake_or_before_it_was_known(
    region: Region, pregnancy: Pregnancy
) -> None:
    derive(region, until=date(2025, 1, 6))
    assert not Route.objects.exists()
    derive(region, known_until=date(2025, 1, 1))
    assert not Route.objects.exists()
    derive(region, until=date(2025, 1, 7), known_until=date(2025, 1, 7))
    assert Route.objects.count() == 1


# Two networks


def test_two_networks_do_not_touch_each_others_derivation() -> None:
    region, other = Region("IGO Noord"), Region("IGO Zuid")
    hers, theirs = region.usual_care(), other.usual_care()
    derive(region)
    before = stored_rows()
    derive(other)
    after = stored_rows()
    assert all(rows == after[name][: len(rows)] for name, rows in before.items())
    assert made(region) == made(other)
    routes = Route.objects.values_list("derivation__network__name", "pregnancy_id", "reason")
    assert set(routes) == {
        ("IGO Noord", hers.pk, "contract"),
        ("IGO Noord", theirs.pk, "outside_practice"),
        ("IGO Zuid", hers.pk, "outside_practice"),
        ("IGO Zuid", theirs.pk, "contract"),
    }


def test_deriving_one_network_again_leaves_the_other() -> None:
    region, other = Region("IGO Noord"), Region("IGO Zuid")
    region.usual_care()
    derive(region)
    kept = derive(other).derivation
    region.care(Pregnancy.objects.get(), region.north, "V-CON", date(2025, 4, 1))
    derive(region)
    assert Derivation.objects.filter(pk=kept.pk).exists()
    assert Disposition.objects.filter(derivation=kept).count() == 7


# The hash of the facts


def facts_hash(region: Region, until: date = UNTIL) -> str:
    return facts_at(read_snapshot(region.network), until=until, known_until=UNTIL).content_hash


def test_the_hash_follows_every_fact_and_only_facts(region: Region, pregnancy: Pregnancy) -> None:
    hashes = [facts_hash(region)]
    assert facts_hash(region) == hashes[0]

    changes: list[Callable[[], object]] = [
        lambda: region.care(pregnancy, region.north, "V-CON", date(2025, 4, 1)),
        lambda: add_pregnancy_version(pregnancy, date(2025, 9, 1), labour_on=date(2025, 6, 19)),
        lambda: withdraw_activity(CareActivity.objects.all()[0], date(2025, 9, 2), "dubbel"),
        lambda: region.contract.tariffs.filter(product="natal").update(cents=1),
        lambda: region.contract.parallel_care.create(code="L-HB"),
        lambda: pregnancy.woman.coverages.update(valid_from=date(2025, 1, 2)),
        lambda: region.member("Nieuw", "midwives"),
    ]
    for change in changes:
        change()
        hashes.append(facts_hash(region))
    hashes.append(facts_hash(region, until=date(2025, 9, 30)))
    assert len(set(hashes)) == len(hashes)
    pregnancy.woman.name = "A. de Vries"
    pregnancy.woman.save()
    assert facts_hash(region, until=date(2025, 9, 30)) == hashes[-1]


def test_the_hash_does_not_follow_the_order_or_size_of_reading(
    region: Region, pregnancy: Pregnancy, monkeypatch: pytest.MonkeyPatch
) -> None:
    add_pregnancy_version(pregnancy, date(2025, 9, 1), labour_on=date(2025, 6, 19))
    region.usual_care()
    expected = facts_hash(region)
    monkeypatch.setattr("ooievaar.storage.arrow.ROWS_AT_ONCE", 3)
    assert facts_hash(region) == expected
    for name in ("ACTIVITIES_SQL", "PREGNANCY_VERSIONS_SQL"):
        monkeypatch.setattr(record, name, getattr(record, name).rstrip() + " DESC")
    assert facts_hash(region) == expected
