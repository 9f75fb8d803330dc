"""Agreements that came in as rows get a text that says the same as the rows."""

from dataclasses import replace
from datetime import date

import pytest

from ooievaar.contracts import queries as agreed
from ooievaar.contracts.agreements.compiling import division_rows
from ooievaar.contracts.agreements.examples import run_examples
from ooievaar.contracts.agreements.importing import (
    agreement_of_rows,
    with_examples,
    write_imported,
)
from ooievaar.contracts.agreements.queries import (
    Standing,
    agreement_of,
    refuse_unsound,
    standing_of,
)
from ooievaar.contracts.agreements.reading import read_agreement
from ooievaar.contracts.agreements.tests.region import AT, TODAY, Region
from ooievaar.contracts.agreements.tests.texts import TEXT
from ooievaar.contracts.agreements.writing import write
from ooievaar.contracts.models import Agreement, AgreementVersion, DisciplineShare, MemberShare

pytestmark = pytest.mark.django_db

SHARES = (
    ("prenatal", "midwives", 600_000, "performed"),
    ("prenatal", "hospital", 400_000, "fixed_share"),
    ("natal", "midwives", 300_000, "performed"),
    ("natal", "hospital", 700_000, "fixed_share"),
    ("postnatal", "midwives", 1_000_000, "fixed_share"),
)


@pytest.fixture
def region() -> Region:
    region = Region()
    region.agreement = Agreement.objects.create(
        network=region.network, title="Ingelezen", valid_from=date(2026, 1, 1), overhead_ppm=30_000
    )
    for product, discipline, ppm, method in SHARES:
        DisciplineShare.objects.create(
            agreement=region.agreement,
            product=product,
            discipline=discipline,
            ppm=ppm,
            method=method,
        )
    for agb, ppm in (("08999001", 666_667), ("08999002", 333_333), ("06999001", 1_000_000)):
        MemberShare.objects.create(
            agreement=region.agreement, organisation=region.organisations[agb], ppm=ppm
        )
    return region


def test_rows_get_a_text_that_divides_as_they_do(region: Region) -> None:
    (version,) = write_imported(AT)
    assert version.is_imported and version.written_by is None
    assert standing_of(version, TODAY) == Standing.IN_FORCE
    ids = {row.agb: row.pk for row in region.organisations.values()}
    said = division_rows(agreement_of(version), region.agreement.pk, ids)
    rows = agreed.agreed_rows(region.network)
    for name in ("discipline_shares", "member_shares"):
        assert sorted(map(str, said[name])) == sorted(map(str, rows[name]))
    assert write_imported(AT) == []
    refuse_unsound(region.network)  # signed outside


def test_a_product_that_a_discipline_divides_otherwise_says_so(region: Region) -> None:
    agreement = agreement_of_rows(region.agreement)
    assert agreement.disciplines["midwives"].method == "performed"
    assert agreement.products["postnatal"].members == {"midwives": "fixed_share"}
    assert not agreement.products["prenatal"].members


def test_organisations_of_one_name_are_told_apart(region: Region) -> None:
    for agb in ("08999001", "08999002"):
        region.organisations[agb].name = "De Tweeling"
        region.organisations[agb].save()
    (version,) = write_imported(AT)
    names = {party.name for party in agreement_of(version).parties}
    assert {"De Tweeling (08999001)", "De Tweeling (08999002)"} <= names


def test_rows_that_no_text_can_say_stay_rows(region: Region) -> None:
    DisciplineShare.objects.filter(product="natal", discipline="midwives").delete()
    assert write_imported(AT) == []
    assert not AgreementVersion.objects.exists()


def test_a_start_for_a_next_text_has_examples_that_hold(region: Region) -> None:
    start = with_examples(agreement_of_rows(region.agreement))
    assert len(start.examples) == 3
    assert all(result.holds for result in run_examples(start))
    assert read_agreement("start", write(start)) == start
    assert start.examples[0].then["overhead"] == 3_000


def test_a_text_with_everything_comes_back_from_its_rows(region: Region) -> None:
    """Compiled and read back, what divides is the same; what the rows do not hold is left out."""
    from ooievaar.contracts.agreements import commands

    Agreement.objects.all()[0].discipline_shares.all().delete()
    MemberShare.objects.all().delete()
    Agreement.objects.all().delete()
    version = commands.store_version(region.network, TEXT, 1, person=region.writer, at=AT)
    commands._store_rows(version, agreement_of(version))
    again = agreement_of_rows(Agreement.objects.get())
    whole = agreement_of(version)
    assert again.products == whole.products | {
        "prenatal": replace(whole.products["prenatal"], members={})
    }
    assert {d: r.method for d, r in again.disciplines.items()} == {
        d: r.method for d, r in whole.disciplines.items()
    }
    assert again.disciplines["midwives"].shares == whole.disciplines["midwives"].shares
    assert [row.codes for row in again.suppliers] == [row.codes for row in whole.suppliers]
