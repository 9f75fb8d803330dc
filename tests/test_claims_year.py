"""A region claims for a year while everything goes wrong; in the end both books say the same."""

import re
from collections import Counter
from collections.abc import Iterator

import pytest
from django.db.models import Sum
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.claims.models import (
    BatchStep,
    ClaimFile,
    ClaimLine,
    LineEvent,
    LineStanding,
    LineState,
    Payment,
    Touch,
)
from ooievaar.claims.queries import balance_of
from ooievaar.record.models import CoverageChange, IdentityChange
from ooievaar.simulator.insurance.burden import burden_lines, measure_burden
from ooievaar.simulator.insurance.proof import compare_books
from ooievaar.simulator.insurance.rates import EVERY_FAULT
from ooievaar.simulator.insurance.year import ClaimsYear
from tests.claims_year import UNTIL, lived

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def year(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[ClaimsYear]:
    with django_db_blocker.unblock(), lived(tmp_path_factory.mktemp("jaar"), EVERY_FAULT) as year:
        yield year


def test_in_the_end_the_insurers_books_and_ours_agree_to_the_cent(year: ClaimsYear) -> None:
    agreement = compare_books(year.network, year.other_side)
    assert agreement.holds, agreement.differences[:5]
    sums = LineStanding.objects.filter(line__is_credit=False).aggregate(Sum("granted_cents"))
    assert sum(side.granted_cents for side in agreement.ours.values()) > 10_000_000
    assert sums["granted_cents__sum"] > sum(s.granted_cents for s in agreement.ours.values())
    assert year.other_side.portal.faults == []


def test_nothing_remains_of_what_was_claimed(year: ClaimsYear) -> None:
    found = list(balance_of(year.network))
    assert found
    for insurer in found:
        assert [one.remainder for one in insurer.balances] == [0] * len(insurer.balances), insurer


def test_every_fault_came_by(year: ClaimsYear) -> None:
    states = Counter(LineEvent.objects.values_list("state", flat=True))
    for state in ("REFUSED_BY_PORTAL", "REFUSED_BY_INSURER", "GRANTED_IN_PART", "CREDITED", "PAID"):
        assert states[LineState[state]] > 3, (state, states)
    refused = year.channel.path / "in" / "geweigerd"
    kinds = Counter(path.name.split("_")[0] for path in refused.iterdir())
    assert min(kinds["stuk"], kinds["vreemd"]) > 0, kinds
    again = [p for p in (year.channel.path / "in" / "verwerkt").iterdir() if "nogmaals" in p.name]
    assert again, "a return that came twice"
    answered = list(
        BatchStep.objects.filter(state=BatchStep.State.ANSWERED)
        .order_by("at", "pk")
        .values_list("batch__insurer", "batch__month")
    )
    assert any(
        month < max((m for i, m in answered[:n] if i == insurer), default="")
        for n, (insurer, month) in enumerate(answered)
    ), "no answer came out of order"
    assert Payment.objects.values("batch").distinct().count() < Payment.objects.count()
    assert CoverageChange.objects.exists() and IdentityChange.objects.exists()
    assert set(year.administrator.done) >= {
        "not_insured: correct_insurer", "no_answer: ring", "unpaid: ring", "tariff: credit",
    }  # fmt: skip


def test_nothing_reached_an_insurer_twice(year: ClaimsYear) -> None:
    codes = {
        code
        for books in year.other_side.books.values()
        for line in books.lines.values()
        for code in line.codes
    }
    assert codes.isdisjoint({"0587", "0631", "8062", "0030"}), codes
    paid = Counter[tuple[str, str]]()
    for books in year.other_side.books.values():
        paid.update((books.uzovi, line.row.reference) for line in books.lines.values())
    assert max(paid.values()) == 1
    assert ClaimFile.objects.count() == year.happened["files"]


def test_a_cent_in_the_insurers_books_is_seen(year: ClaimsYear) -> None:
    books = next(iter(year.other_side.books.values()))
    line = next(
        line
        for line in books.lines.values()
        if line.granted_cents and line.invoice in year.other_side.arrived
    )
    line.granted_cents += 1
    try:
        (difference,) = compare_books(year.network, year.other_side).differences
        assert line.row.reference in difference
    finally:
        line.granted_cents -= 1
    gone = books.payments.pop()
    try:
        assert not compare_books(year.network, year.other_side).holds
    finally:
        books.payments.append(gone)


def test_the_handwork_is_told_with_what_it_was_for(year: ClaimsYear) -> None:
    burden = measure_burden(year.network, UNTIL)
    assert (
        sum(burden.fared.values())
        == ClaimLine.objects.filter(is_credit=False, standing__isnull=False)
        .exclude(standing__state=LineState.WITHDRAWN)
        .values("key")
        .distinct()
        .count()
    )
    assert 0 < burden.untouched_ppm < 970_000
    assert burden.touches == Touch.objects.count() > 20
    told = burden_lines(burden)
    assert re.match(r"Last: \d+,\d\d % van \d+ producten", told[0])
    assert "correct_insurer" in told[-1]
