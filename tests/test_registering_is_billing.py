"""Care is registered once: what it amounts to follows by itself, and who it concerns is told."""

from datetime import date
from typing import Any

import pytest

from ooievaar.bundles.models import Breaker, Disposition, Route
from ooievaar.record.commands import add_pregnancy_version
from ooievaar.record.entries.commands import Observed, finish, mark_in_error
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.registering import NewWoman, register_pregnancy
from ooievaar.record.models import Pregnancy
from ooievaar.record.relations import Rejected
from ooievaar.record.teamwork.models import ThreadMessage
from ooievaar.settlement import following
from ooievaar.web.tests.small_region import NOW, Region, small_region

pytestmark = pytest.mark.django_db
TODAY = NOW.date()


@pytest.fixture
def region() -> Region:
    return small_region()


@pytest.fixture
def committed(django_capture_on_commit_callbacks: Any) -> Any:
    """What happens after a commit happens at the end of the block."""
    return lambda: django_capture_on_commit_callbacks(execute=True)


def contact(region: Region, pregnancy: Pregnancy, by: str, form: str, **values: str) -> Entry:
    entry = finish(
        pregnancy,
        form,
        [Observed(element, value) for element, value in values.items()],
        organisation=region.organisations[by],
        person=None,
        role="midwife",
        happened_on=TODAY,
        at=NOW,
    )
    assert isinstance(entry, Entry), entry
    return entry


def places(pregnancy: Pregnancy) -> list[tuple[str, str]]:
    rows = Disposition.objects.filter(pregnancy=pregnancy, activity__performed_on=TODAY)
    return sorted(rows.values_list("activity__code", "disposition"))


def test_a_contact_of_today_stands_in_its_product_today(region: Region, committed: Any) -> None:
    noor = Pregnancy.objects.get(reference="Z-004")
    with committed():
        entry = contact(region, noor, "linde", "prenatal_contact", weight="70")
    assert places(noor) == [("V-CON", "in_product")]
    with committed():
        mark_in_error(
            entry,
            "verkeerde vrouw",
            organisation=entry.organisation,
            person=None,  # type: ignore[arg-type]
            role="midwife",
            at=NOW,
        )
    assert places(noor) == []


def test_a_consult_outside_breaks_at_once(region: Region, committed: Any) -> None:
    noor = Pregnancy.objects.get(reference="Z-004")
    assert not Breaker.objects.filter(pregnancy=noor).exists()
    with committed():
        contact(region, noor, "ver", "prenatal_contact", weight="70")
    assert Breaker.objects.filter(pregnancy=noor, happened_on=TODAY).exists()


def test_her_funding_is_known_at_the_intake(region: Region, committed: Any) -> None:
    woman = NewWoman("Nieuwe Vrouw", date(1999, 2, 28), insurer=region.insurers[0])
    with committed():
        made = register_pregnancy(
            woman,
            organisation=region.organisations["duin"],
            first_intake_on=TODAY,
            due_on=date(2027, 6, 2),
            due_precision_days=5,
            at=NOW,
        )
    assert not isinstance(made, Rejected)
    assert Route.objects.get(pregnancy=made).route == "integral"


def test_who_treats_her_is_told_when_the_funding_changes(region: Region, committed: Any) -> None:
    noor = Pregnancy.objects.get(reference="Z-004")
    add_pregnancy_version(noor, TODAY, exempt_reason="kiest voor de oude wijze")
    with committed():
        contact(region, noor, "linde", "prenatal_contact", weight="70")
    (message,) = ThreadMessage.objects.filter(pregnancy=noor)
    assert message.text.startswith("Haar zorg wordt anders bekostigd. De oude weg")
    with committed():
        contact(region, noor, "linde", "prenatal_contact", weight="71")
    assert ThreadMessage.objects.filter(pregnancy=noor).count() == 1


def test_care_is_not_held_up_by_money(
    region: Region, committed: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_args: object, **_more: object) -> None:
        raise RuntimeError("engine")

    monkeypatch.setattr(following, "derive_again", fails)
    noor = Pregnancy.objects.get(reference="Z-004")
    with committed():
        entry = contact(region, noor, "linde", "prenatal_contact", weight="70")
    assert Entry.objects.filter(pk=entry.pk).exists()
