"""The page of a pregnancy with a plan: what is planned, who may do it, and one step to the form."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from ooievaar.network.models import Position
from ooievaar.network.roles import CARE_ROLES, WHOLE_NETWORK_ROLES, Role
from ooievaar.network.tests.people import come_in
from ooievaar.pathways.commands import skip
from ooievaar.pathways.models import Skip
from ooievaar.pathways.queries import plan_of, plans_for
from ooievaar.record.handover.models import Responsibility
from ooievaar.record.models import BreakGlass, TreatmentRelation
from ooievaar.web.tests.inside import (
    dutch,
    held,
    inside,
    page,
    pregnancy,
    region,
    second_of_november,
    text,
)
from ooievaar.web.tests.planned import follow
from ooievaar.web.tests.small_region import NOW, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

__all__ = ["dutch", "region", "second_of_november"]


@pytest.fixture
def planned(region: Region) -> Region:
    follow(region)
    return region


def line_of(html: str) -> str:
    return html.split('<svg class="line" data-line')[1].split("</svg>")[0]


def treat(region: Region, reference: str, organisation: str) -> None:
    TreatmentRelation.objects.create(
        pregnancy=pregnancy(reference),
        organisation=region.organisations[organisation],
        basis="care",
        valid_from=NOW.date(),
    )


def test_one_query_plans_her_as_many_do(planned: Region) -> None:
    for reference in ("Z-001", "Z-003", "Z-004", "Z-006"):
        of = pregnancy(reference).pk
        assert plan_of(of, NOW) == plans_for([of], NOW)[of]
    assert plan_of(pregnancy("Z-004").pk, NOW).items


def test_the_line_shows_what_is_planned_and_leads_to_its_form(planned: Region) -> None:
    midwife = inside(planned, Role.MIDWIFE, "linde")
    html = seen(midwife, page("Z-004"))
    line = line_of(html)
    statuses = set(re.findall(r"plan-(upcoming|due|overdue|skipped)", line))
    plan = plan_of(pregnancy("Z-004").pk, NOW)
    assert statuses == {item.status for item in plan.having("upcoming", "due", "overdue")}
    assert f'href="/zwangeren/{pregnancy("Z-004").pk}/dossier/nieuw/prenatal_contact/"' in line
    assert "vandaag 02-11-2026" in text(line)
    words = text(html)
    assert "Doorgerekend tot 01-11-2026" in words
    table = html.split('id="planned-heading"')[1].split("</table>")[0]
    open_items = plan.having("upcoming", "due", "overdue")
    assert table.count("<tr>") == len(open_items) + 1
    assert "Verloskundigen, eerste lijn" in table


def test_an_ordinary_contact_is_one_step_away(planned: Region) -> None:
    midwife = inside(planned, Role.MIDWIFE, "linde")
    actions = seen(midwife, page("Z-004")).split('class="line-actions"')[1].split("</ul>")[0]
    first = actions.split("</a>")[0]
    address = f"/zwangeren/{pregnancy('Z-004').pk}/dossier/nieuw/prenatal_contact/"
    assert f'class="btn btn-primary" href="{address}"' in first
    assert seen(midwife, address)
    after = seen(midwife, page("Z-003")).split('class="line-actions"')[1].split("</ul>")[0]
    assert "nieuw/postpartum_contact/" in after.split("</a>")[0], "she gave birth"


def test_who_sees_a_part_sees_what_is_theirs_to_do(planned: Region) -> None:
    treat(planned, "Z-004", "kraam")
    carer = line_of(seen(inside(planned, Role.KRAAM_CARER, "kraam"), page("Z-004")))
    spoken = re.findall(r'aria-label="Gepland: ([^"]*)"', carer)
    assert all("Kraamzorg" in one for one in spoken)


def test_who_gives_no_care_sees_no_plan(planned: Region) -> None:
    for role in (*sorted(WHOLE_NETWORK_ROLES)[:2], Role.PRACTICE_ADMINISTRATOR):
        html = seen(inside(planned, role, "linde"), page("Z-004"))
        assert "Gepland" not in html and "plan-" not in line_of(html)
        assert "line-actions" not in html and "peildatum 01-11-2026" in text(html)


def test_what_somebody_skipped_is_drawn_with_its_reason_in_the_table(planned: Region) -> None:
    noor, midwife = pregnancy("Z-004"), held(planned, Role.MIDWIFE, "linde")
    item = plan_of(noor.pk, NOW).having("upcoming", "due")[0]
    done = skip(
        noor,
        item.key,
        reason="Zij wil dit niet",
        person=midwife.person,
        at=NOW,
        occurrence=item.occurrence,
    )
    assert isinstance(done, Skip), done
    html = seen(come_in(Client(), midwife), page("Z-004"))
    assert 'class="plan-skipped"' in line_of(html)
    assert "Zij wil dit niet" in html.split('id="planned-heading"')[1]


def test_a_lead_that_moved_is_an_arrow_and_is_said_in_words(planned: Region) -> None:
    gyn = planned.organisations["gyn"]
    Responsibility.objects.create(
        pregnancy=pregnancy("Z-002"),
        duty="responsible",
        organisation=gyn,
        starts_at=NOW - timedelta(days=116),
        recorded_at=NOW - timedelta(days=116),
    )
    html = seen(inside(planned, Role.MIDWIFE, "linde"), page("Z-002"))
    assert 'class="transfer"' in line_of(html)
    said = "verantwoordelijkheid van Praktijk De Linde naar Gynaecologen Zeezicht"
    assert said in html.split('id="line-desc"')[1].split("</desc>")[0]


def test_what_was_never_derived_has_a_line_of_record_and_plan(planned: Region) -> None:
    new = planned.pregnancy(
        "Iris Vos", 0, "duin", NOW.date() - timedelta(days=7), NOW.date() + timedelta(days=200)
    )
    treat(planned, "Z-007", "duin")
    midwife = inside(planned, Role.MIDWIFE)
    alone = seen(midwife, page("Z-007"))
    assert "Nog niet afgeleid" in alone and 'class="plan-' in line_of(alone)
    planned.act(new, "duin", "V-INT", NOW.date() - timedelta(days=7))
    html = seen(midwife, page("Z-007"))
    assert 'class="mark-recorded"' in line_of(html)
    assert "/waarom/activiteit/" not in html and "Route nog niet afgeleid" in text(html)


@pytest.mark.parametrize("role", sorted(CARE_ROLES))
@pytest.mark.parametrize("reference", ["Z-002", "Z-004", "Z-007"])
def test_the_page_with_its_plan_asks_at_most_twelve_questions(
    planned: Region, role: Role, reference: str
) -> None:
    planned.pregnancy("Iris Vos", 0, "linde", NOW.date(), NOW.date() + timedelta(days=200))
    for one in ("Z-004", "Z-007"):
        treat(planned, one, "gyn")
    treat(planned, "Z-007", "linde")
    client = inside(planned, role, "linde")
    seen(client, page(reference))  # a version of a pathway is read once per process
    asked = queries_of(client, page(reference))
    assert len(asked) <= MOST_QUERIES, (role, len(asked), asked)


def test_an_emergency_shows_the_plan_too(planned: Region) -> None:
    midwife: Position = held(planned, Role.MIDWIFE)
    BreakGlass.objects.create(
        person=midwife.person,
        organisation=planned.organisations["duin"],
        role=Role.MIDWIFE,
        pregnancy=pregnancy("Z-004"),
        reason="Spoed, niet aanspreekbaar",
        opened_at=NOW,
        open_until=NOW + timedelta(hours=4),
    )
    html = seen(come_in(Client(), midwife), page("Z-004"))
    assert "Geopend met de noodknop" in text(html) and 'class="plan-' in line_of(html)
