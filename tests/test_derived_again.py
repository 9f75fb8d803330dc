"""One woman derived anew stands there as if everybody was derived anew."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.utils import timezone

from ooievaar.bundles.again import derive_again
from ooievaar.bundles.commands import STORED, derive_network
from ooievaar.bundles.models import Derivation, Route
from ooievaar.bundles.queries import pregnancy_picture
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.models import Pregnancy
from ooievaar.settlement.queries import made_products
from ooievaar.web.tests.small_region import NOW, Region, small_region

pytestmark = pytest.mark.django_db
TOMORROW = timezone.localdate(NOW) + timedelta(days=1)
NOT_COMPARED = {"id", "derivation_id", "again_until"}


@pytest.fixture
def region() -> Region:
    return small_region()


def pregnancy(reference: str) -> Pregnancy:
    return Pregnancy.objects.get(reference=reference)


def rows_on(model: type[Model], one: Pregnancy) -> list[tuple[Any, ...]]:
    fields = [
        field.attname for field in model._meta.concrete_fields if field.attname not in NOT_COMPARED
    ]
    rows = model._default_manager.filter(pregnancy=one).values_list(*fields)
    return sorted(rows, key=repr)


def again(region: Region, one: Pregnancy) -> list[Any]:
    return derive_again(
        region.network,
        one.woman_id,
        until=TOMORROW,
        made_products=made_products(region.network, one.woman_id),
    )


def everybody(region: Region) -> None:
    derive_network(
        region.network,
        until=TOMORROW,
        known_until=TOMORROW,
        now=NOW,
        made_products=made_products(region.network),
    )


@pytest.mark.parametrize("reference", [f"Z-{n:03d}" for n in range(1, 7)])
def test_what_is_derived_of_her_alone_is_what_is_derived_of_all(
    region: Region, reference: str
) -> None:
    one = pregnancy(reference)
    region.act(one, "ver", "G-CON", timezone.localdate(NOW), specialism="0307")
    assert again(region, one) == []
    alone = {model: rows_on(model, one) for model in STORED}
    assert alone[Route]

    everybody(region)
    assert {model: rows_on(model, one) for model in STORED} == alone


def test_nobody_else_is_touched(region: Region) -> None:
    noor, wilma = pregnancy("Z-004"), pregnancy("Z-006")
    others = {model: rows_on(model, wilma) for model in STORED}
    region.act(noor, "linde", "V-CON", timezone.localdate(NOW))
    again(region, noor)
    assert {model: rows_on(model, wilma) for model in STORED} == others
    assert Derivation.objects.count() == 1


def test_her_line_reaches_the_care_of_today(region: Region) -> None:
    noor = pregnancy("Z-004")
    act = region.act(noor, "linde", "V-CON", timezone.localdate(NOW))
    again(region, noor)
    picture = pregnancy_picture(noor.pk)
    assert picture is not None and picture.until == TOMORROW
    assert act.pk in {mark.activity_id for mark in picture.activities}


def test_a_woman_registered_today_has_her_route_today(region: Region) -> None:
    today = timezone.localdate(NOW)
    new = region.pregnancy("Nieuw", 0, "duin", today, date(2027, 6, 1))
    assert again(region, new) == []
    assert Route.objects.get(pregnancy=new).route == "integral"


def test_another_route_is_told(region: Region) -> None:
    noor = pregnancy("Z-004")
    add_pregnancy_version(noor, timezone.localdate(NOW), exempt_reason="kiest voor de oude wijze")
    (change,) = again(region, noor)
    assert (change.pregnancy_id, change.was, change.route) == (noor.pk, "integral", "old_way")
    assert again(region, noor) == []


def test_the_next_derivation_looks_at_everybody(region: Region) -> None:
    """What was derived in part must not pass for the whole: the hash says so."""
    noor = pregnancy("Z-004")
    again(region, noor)
    everybody(region)
    assert not Route.objects.filter(again_until__isnull=False).exists()
