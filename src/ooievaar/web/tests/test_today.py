"""The first screen of who gives care: what is due, new, changed and asked."""

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in
from ooievaar.record.models import (
    PregnancyVersion,
    TreatmentRelation,
)
from ooievaar.web.tests.inside import (
    dutch,
    held,
    inside,
    listed,
    page,
    pregnancy,
    region,
    second_of_november,
    text,
)
from ooievaar.web.tests.small_region import NOW, Region
from ooievaar.web.tests.visiting import seen

__all__ = ["dutch", "region", "second_of_november"]


def test_today_names_who_is_due_and_what_changed_since_somebody_looked(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    midwife = held(region, Role.MIDWIFE)
    client = come_in(Client(), midwife)

    def part(name: str) -> str:
        return seen(client, "/vandaag/").split(f'id="{name}"')[1].split("</section>")[0]

    assert "Wilma de Boer" not in part("soon") + part("past") + part("changed")
    wilma = pregnancy("Z-006")
    known = PregnancyVersion.objects.get(pregnancy=wilma)

    def due(days: int, told: int = -1) -> None:
        PregnancyVersion.objects.create(
            pregnancy=wilma,
            recorded_on=NOW.date() + timedelta(days=told),
            first_intake_on=known.first_intake_on,
            first_intake_organisation=known.first_intake_organisation,
            due_on=NOW.date() + timedelta(days=days),
        )

    due(5)
    assert "Wilma de Boer" in part("soon") and "07-11-2026" in part("soon")
    assert listed(client, "uitgerekend=binnenkort") == ["Z-006"]
    due(-3)
    assert "Wilma de Boer" in part("past") and "Wilma de Boer" not in part("soon")
    seen(client, page("Z-006"))
    assert "Wilma de Boer" not in part("changed")

    due(-2, told=1)
    assert "Wilma de Boer" not in part("changed"), "that is known from tomorrow on"
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=1))
    client = come_in(Client(), midwife)
    assert "gegevens van de zwangerschap, 03-11-2026" in text(part("changed"))
    region.act(wilma, "gyn", "G-CON", NOW.date(), recorded_on=NOW.date(), specialism="0307")
    assert "verrichting van een ander, 02-11-2026" in text(part("changed"))
    colleague = seen(inside(region, Role.MIDWIFE), "/vandaag/").split('id="changed"')[1]
    assert "Wilma de Boer" not in colleague.split("</section>")[0], "who never looked has no news"


def test_a_place_in_a_team_stands_on_the_day_of_that_person_only(region: Region) -> None:
    member, other = held(region, Role.MIDWIFE), held(region, Role.MIDWIFE)
    TreatmentRelation.objects.create(
        pregnancy=pregnancy("Z-004"),
        organisation=region.organisations["duin"],
        person=member.person,
        basis="team",
        valid_from=NOW.date(),
    )
    assert "Noor Visser" in seen(come_in(Client(), member), "/vandaag/")
    assert "Noor Visser" not in seen(come_in(Client(), other), "/vandaag/")
    assert come_in(Client(), other).get(page("Z-004")).status_code == 403
