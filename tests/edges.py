"""The hands of the stories about what does not happen every day."""

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db.models import Model
from django.utils import timezone

from ooievaar.bundles.commands import STORED, derive_network
from ooievaar.bundles.models import Product
from ooievaar.network.models import Person
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import working
from ooievaar.network.workplace import Workplace
from ooievaar.pathways import commands as pathways
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.queries import plan_of
from ooievaar.pathways.rules.planning import PlanItem
from ooievaar.pathways.shipped import newest as newest_shipped
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import (
    Pregnancy,
    PregnancyVersion,
)
from ooievaar.settlement.following import follow_now
from ooievaar.settlement.queries import made_products
from ooievaar.web.tests.small_region import NOW, START, Region

TODAY = timezone.localdate(NOW)
DAY = timedelta(days=1)
Values = dict[str, str] | list[Observed]


def pregnancy(number: int) -> Pregnancy:
    return Pregnancy.objects.get(reference=f"Z-{number:03d}")


def at_work(region: Region, name: str, role: Role = Role.MIDWIFE) -> Workplace:
    return working(role, organisation=region.organisations[name])


def write(
    region: Region,
    one: Pregnancy,
    by: str,
    form: str,
    values: Values,
    at: datetime = NOW,
    **more: Any,
) -> Entry:
    """Finish a form as an organisation, and let the money follow as it does after a commit."""
    observed = (
        [Observed(element, value) for element, value in values.items()]
        if isinstance(values, dict)
        else values
    )
    entry = finish(
        one,
        form,
        observed,
        organisation=region.organisations[by],
        person=None,
        role="midwife",
        at=at,
        **{"happened_on": timezone.localdate(at), **more},
    )
    assert isinstance(entry, Entry), entry
    follow_now(one.woman_id, at)
    return entry


def known_of(one: Pregnancy) -> PregnancyVersion:
    version = one.versions.last()
    assert version is not None
    return version


def at_noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 11, tzinfo=UTC)


def on_the_base(region: Region) -> None:
    """Let the shipped base pathway hold in the region, signed, since it began."""
    person = Person.objects.create(username="voorzitter")
    shipped = newest_shipped("basis")
    assert shipped is not None
    version = pathways.add_version(region.network, shipped.text, person=person, at=NOW)
    assert isinstance(version, PathwayVersion), version
    assert pathways.sign(version, person=person, mandate="de regio", sha256=version.sha256, at=NOW)
    assert pathways.put_in_force(version, person=person, valid_from=START, at=NOW)


def items_of(one: Pregnancy, at: datetime = NOW) -> dict[tuple[str, int], PlanItem]:
    return {(item.key, item.occurrence): item for item in plan_of(one.pk, at).items}


def products_of(one: Pregnancy) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for row in Product.objects.filter(pregnancy=one).order_by("key"):
        found.setdefault(row.phase, []).append(row.product)
    return found


def derived(region: Region, until: date) -> dict[str, list[tuple[Any, ...]]]:
    """Derive everybody, and return every row of the outcome."""
    derive_network(
        region.network,
        until=until,
        known_until=until,
        now=NOW,
        made_products=made_products(region.network),
    )
    return outcome()


def outcome(models: Iterable[type[Model]] = tuple(STORED)) -> dict[str, list[tuple[Any, ...]]]:
    left_out = {"id", "derivation_id", "again_until"}
    found = {}
    for model in models:
        names = [one.attname for one in model._meta.concrete_fields if one.attname not in left_out]
        found[model.__name__] = sorted(model._default_manager.values_list(*names), key=repr)
    return found
