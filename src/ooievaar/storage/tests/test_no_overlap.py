"""The database refuses periods of one thing that share a day, whoever writes them."""

from datetime import date

import pytest
from django.db import DatabaseError, transaction

from ooievaar.network.models import Membership, Network, Organisation, Supplier
from ooievaar.storage.bulk import insert_rows
from ooievaar.storage.no_overlap import no_overlap_models

pytestmark = pytest.mark.django_db

JANUARY, JUNE, DECEMBER = date(2025, 1, 1), date(2025, 6, 1), date(2025, 12, 1)


@pytest.fixture
def network() -> Network:
    return Network.objects.create(name="IGO", kind=Network.Kind.IGO)


@pytest.fixture
def practice() -> Organisation:
    return Organisation.objects.create(agb="08000001", name="Praktijk", discipline="midwives")


def join(network: Network, practice: Organisation, start: date, until: date) -> Membership:
    return Membership.objects.create(
        network=network, organisation=practice, kind="voting", valid_from=start, valid_until=until
    )


def test_a_membership_that_overlaps_itself_is_refused(
    network: Network, practice: Organisation
) -> None:
    join(network, practice, JANUARY, DECEMBER)
    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        join(network, practice, JUNE, date(2026, 1, 1))
    assert Membership.objects.count() == 1


def test_a_membership_that_starts_where_another_ends_is_fine(
    network: Network, practice: Organisation
) -> None:
    join(network, practice, JANUARY, JUNE)
    join(network, practice, JUNE, DECEMBER)
    assert Membership.objects.count() == 2


def test_a_period_may_not_be_stretched_over_another(
    network: Network, practice: Organisation
) -> None:
    first = join(network, practice, JANUARY, JUNE)
    join(network, practice, JUNE, DECEMBER)
    first.valid_until = DECEMBER
    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        first.save()


def test_rows_of_one_bulk_insert_are_held_against_each_other(
    network: Network, practice: Organisation
) -> None:
    fields = ("network_id", "organisation_id", "kind", "valid_from", "valid_until")
    row = (network.pk, practice.pk, "voting", "2025-01-01", "2025-12-01")
    with pytest.raises(Exception, match="overlap"), transaction.atomic():
        insert_rows(Membership, fields, [row, row])
    assert not Membership.objects.exists()


def test_another_code_of_a_supplier_is_another_thing(
    network: Network, practice: Organisation
) -> None:
    for code in ("L-HB", "L-MCV"):
        Supplier.objects.create(
            network=network, organisation=practice, code=code, valid_from=JANUARY
        )
    with pytest.raises(DatabaseError, match="overlap"), transaction.atomic():
        Supplier.objects.create(
            network=network, organisation=practice, code="L-HB", valid_from=JUNE
        )


def test_the_models_that_are_guarded() -> None:
    assert {model.__name__ for model in no_overlap_models()} >= {
        "Membership", "Supplier", "Coverage", "Contract", "Tariff", "PriceListEntry", "Agreement",
    }  # fmt: skip
