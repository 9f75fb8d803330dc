"""The first screen of who gives care: the day, what waits for an answer, and what changed."""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.network.models import Position
from ooievaar.network.roles import CARE_ROLES, Role
from ooievaar.network.tests.people import come_in
from ooievaar.network.workplace import workplace
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.commands import Observed, finish, save_draft
from ooievaar.record.entries.models import Entry
from ooievaar.record.handover.commands import ask
from ooievaar.record.handover.models import FullWard, Referral
from ooievaar.record.models import PregnancyVersion, TreatmentRelation
from ooievaar.record.teamwork.appointments import make_appointment
from ooievaar.record.teamwork.models import Appointment, PlanItem, Thread
from ooievaar.record.teamwork.tasks import agree
from ooievaar.record.teamwork.threads import start_thread
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
from ooievaar.web.tests.planned import follow
from ooievaar.web.tests.small_region import NOW, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

__all__ = ["dutch", "region", "second_of_november"]
ADDRESSES = ("/vandaag/", "/vandaag/zorgpaden/", "/vandaag/rest/")


def part(client: Client, name: str) -> str:
    """Return one part of the day, wherever it stands: its lines, or that there is nothing."""
    for address in ADDRESSES:
        html = seen(client, address)
        if f'id="{name}"' in html:
            _before, tag, after = html.partition(f'id="{name}"')
            is_line = html[: html.index(tag)].rstrip().endswith("<span")
            return after.split("</span>" if is_line else "</section>")[0]
    raise AssertionError(name)


def test_today_names_who_is_due_and_what_changed_since_somebody_looked(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    midwife = held(region, Role.MIDWIFE)
    client = come_in(Client(), midwife)
    wilma = pregnancy("Z-006")
    known = PregnancyVersion.objects.get(pregnancy=wilma)
    for name in ("soon", "past", "changed"):
        assert "Wilma de Boer" not in part(client, name)

    def due(days: int, told: int = -1) -> None:
        PregnancyVersion.objects.create(
            pregnancy=wilma,
            recorded_on=NOW.date() + timedelta(days=told),
            first_intake_on=known.first_intake_on,
            first_intake_organisation=known.first_intake_organisation,
            due_on=NOW.date() + timedelta(days=days),
        )

    due(5)
    assert "Wilma de Boer" in part(client, "soon") and "07-11-2026" in part(client, "soon")
    assert listed(client, "uitgerekend=binnenkort") == ["Z-006"]
    due(-3)
    assert "Wilma de Boer" in part(client, "past")
    assert "Wilma de Boer" not in part(client, "soon")
    seen(client, page("Z-006"))
    assert "Wilma de Boer" not in part(client, "changed")

    due(-2, told=1)
    assert "Wilma de Boer" not in part(client, "changed"), "that is known from tomorrow on"
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=1))
    client = come_in(Client(), midwife)
    assert "gegevens van de zwangerschap, 03-11-2026" in text(part(client, "changed"))
    region.act(wilma, "gyn", "G-CON", NOW.date(), recorded_on=NOW.date(), specialism="0307")
    assert "verrichting van een ander, 02-11-2026" in text(part(client, "changed"))
    colleague = inside(region, Role.MIDWIFE)
    assert "Wilma de Boer" not in part(colleague, "changed"), "who never looked has no news"


def test_what_another_wrote_is_news_until_somebody_looks_again(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    gynaecologist = held(region, Role.GYNAECOLOGIST, "gyn")
    client, noor = come_in(Client(), gynaecologist), pregnancy("Z-004")
    TreatmentRelation.objects.create(
        pregnancy=noor,
        organisation=region.organisations["gyn"],
        basis="care",
        valid_from=NOW.date(),
    )
    seen(client, page("Z-004"))
    writer = held(region, Role.MIDWIFE, "linde")

    def writes(at: object) -> None:
        written = finish(
            noor,
            "note",
            [Observed("note_text", "Moe")],
            organisation=region.organisations["linde"],
            person=writer.person,
            role=writer.role,
            happened_on=NOW.date(),
            at=at,  # type: ignore[arg-type]
        )
        assert isinstance(written, Entry), written

    writes(NOW + timedelta(minutes=5))
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(minutes=10))
    assert "nieuw in haar dossier, 02-11-2026" in text(part(client, "changed"))
    seen(client, page("Z-004"))
    assert "Noor Visser" not in part(client, "changed")


def test_a_place_in_a_team_stands_on_the_day_of_that_person_only(region: Region) -> None:
    member, other = held(region, Role.MIDWIFE), held(region, Role.MIDWIFE)
    TreatmentRelation.objects.create(
        pregnancy=pregnancy("Z-004"),
        organisation=region.organisations["duin"],
        person=member.person,
        basis="team",
        valid_from=NOW.date(),
    )
    assert "Noor Visser" in part(come_in(Client(), member), "team")
    assert "Noor Visser" not in part(come_in(Client(), other), "team")
    assert come_in(Client(), other).get(page("Z-004")).status_code == 403


def see_at(region: Region, by: Position, hour: int, reference: str) -> None:
    made = make_appointment(
        pregnancy(reference),
        person=by.person,
        starts_at=NOW.replace(hour=hour),
        minutes=30,
        note="",
        by=workplace(by),
        at=NOW,
    )
    assert isinstance(made, Appointment), made


def test_the_day_begins_with_whom_one_sees_in_order_of_time(region: Region) -> None:
    mine, colleague = held(region, Role.MIDWIFE, "linde"), held(region, Role.MIDWIFE, "linde")
    see_at(region, colleague, 13, "Z-004")
    see_at(region, mine, 12, "Z-003")
    words = text(part(come_in(Client(), mine), "appointments"))
    assert words.index("13:00 Johanna") < words.index("14:00 Noor Visser")
    assert "bij u" in words.split("14:00")[0] and "bij u" not in words.split("14:00")[1]
    assert "31+1" in words, "how far along Noor is"
    other = inside(region, Role.MIDWIFE)
    assert "geen afspraken vandaag" in text(part(other, "appointments"))


def test_a_question_leads_to_its_thread_and_is_late_after_its_day(
    region: Region, monkeypatch: pytest.MonkeyPatch
) -> None:
    gynaecologist, asker = (
        held(region, Role.GYNAECOLOGIST, "gyn"),
        held(region, Role.MIDWIFE, "linde"),
    )
    TreatmentRelation.objects.create(
        pregnancy=pregnancy("Z-004"),
        organisation=region.organisations["gyn"],
        basis="care",
        valid_from=NOW.date(),
    )
    thread = start_thread(
        pregnancy("Z-004"),
        "Groei",
        "Wilt u de groei beoordelen?",
        by=workplace(asker),
        at=NOW,
        to=[f"o{region.organisations['gyn'].pk}"],
        answer_by=NOW.date() + timedelta(days=1),
    )
    assert isinstance(thread, Thread), thread
    client = come_in(Client(), gynaecologist)
    for name in ("questions", "unread"):
        html = part(client, name)
        assert f"/zwangeren/{pregnancy('Z-004').pk}/overleg/?draad={thread.pk}" in html
        assert "Wilt u de groei beoordelen?" in html and "te laat" not in html
    monkeypatch.setattr(timezone, "now", lambda: NOW + timedelta(days=2))
    assert "te laat" in part(come_in(Client(), gynaecologist), "questions")
    assert "geen open vraag" in text(part(come_in(Client(), asker), "questions"))


def test_a_referral_stands_among_what_waits_and_not_twice(region: Region) -> None:
    asker = held(region, Role.MIDWIFE, "linde")
    made = ask(
        workplace(asker),
        pregnancy("Z-004"),
        Referral.Kind.CONSULT,
        to_organisation=region.organisations["gyn"],
        question="Stuitligging?",
        urgency=Referral.Urgency.EMERGENCY,
        at=NOW,
    )
    assert isinstance(made, Referral), made
    client = inside(region, Role.GYNAECOLOGIST, "gyn")
    html = part(client, "referrals")
    assert f"/overdracht/{made.pk}/" in html and "Stuitligging?" in html and "Spoed" in html
    assert "Stuitligging?" not in part(client, "asked")


def test_a_task_a_draft_and_a_birth_each_lead_where_it_is_done(region: Region) -> None:
    midwife = held(region, Role.MIDWIFE, "linde")
    noor, johanna = pregnancy("Z-004"), pregnancy("Z-003")
    made = agree(
        noor,
        "Bel de huisarts",
        owner=f"p{region.organisations['linde'].pk}-{midwife.person_id}",
        until=NOW.date(),
        by=workplace(midwife),
        at=NOW,
    )
    assert isinstance(made, PlanItem), made
    save_draft(
        noor,
        "prenatal_contact",
        {},
        organisation=region.organisations["linde"],
        person=midwife.person,
        at=NOW,
    )
    known = johanna.versions.latest("id")
    known.pk, known.recorded_on, known.birth_on = None, NOW.date(), NOW.date() - timedelta(days=3)
    known.ended_on = known.birth_on
    known._state.adding = True
    known.save()
    client = come_in(Client(), midwife)
    assert "Bel de huisarts" in part(client, "tasks") and "vandaag" in part(client, "tasks")
    assert f"/zwangeren/{noor.pk}/dossier/nieuw/prenatal_contact/" in part(client, "drafts")
    assert "bevallen 30-10-2026" in text(part(client, "born"))
    assert listed(client, "geboren=kort") == ["Z-003"]
    colleague = inside(region, Role.MIDWIFE, "linde")
    assert "geen concept" in text(part(colleague, "drafts")), "a draft is of who writes it"


def test_what_is_late_in_the_pathway_leads_to_its_form(region: Region) -> None:
    follow(region)
    client = inside(region, Role.MIDWIFE, "linde")
    late = part(client, "overdue") + part(client, "due")
    assert "Noor Visser" in late
    assert f"/zwangeren/{pregnancy('Z-004').pk}/" in late
    assert "niets te laat" in text(part(inside(region, Role.KRAAM_CARER, "kraam"), "overdue"))


def test_a_full_ward_stands_on_top(region: Region) -> None:
    FullWard.objects.create(
        organisation=region.organisations["zee"],
        ward="delivery",
        reason="beds",
        starts_at=NOW,
        full_until=NOW + timedelta(hours=8),
        person=held(region, Role.GYNAECOLOGIST, "gyn").person,
        role=Role.GYNAECOLOGIST,
    )
    assert "Ziekenhuis Zeezicht is vol" in seen(inside(region, Role.MIDWIFE), "/vandaag/")


def test_every_piece_names_its_women_in_the_log(region: Region) -> None:
    midwife = held(region, Role.MIDWIFE, "linde")
    see_at(region, midwife, 12, "Z-004")
    follow(region)
    client = come_in(Client(), midwife)
    noor = pregnancy("Z-004").woman_id
    for address in ADDRESSES[:2]:
        html = seen(client, address)
        event = AccessEvent.objects.latest("number")
        assert (event.kind, event.object_type) == (Kind.LIST, "today")
        assert ("Noor Visser" in html) == (noor in event.women)
        assert noor in event.women
    piece = client.get("/vandaag/rest/", headers={"HX-Request": "true"}).content.decode()
    assert "<html" not in piece and 'id="past"' in piece


@pytest.mark.parametrize("role", sorted(CARE_ROLES))
def test_each_piece_asks_at_most_twelve_questions(region: Region, role: Role) -> None:
    follow(region)
    at = held(region, role, "linde")
    see_at(region, at, 12, "Z-004")
    client = come_in(Client(), at)
    seen(client, page("Z-004"))
    asked = ask(
        workplace(held(region, Role.MIDWIFE, "linde")),
        pregnancy("Z-004"),
        Referral.Kind.ADVICE,
        to_organisation=region.organisations["gyn"],
        question="Stuitligging?",
        urgency=Referral.Urgency.WEEK,
        at=NOW,
    )
    assert isinstance(asked, Referral)
    region.act(pregnancy("Z-004"), "gyn", "G-CON", date(2026, 11, 1), specialism="0307")
    for address in ADDRESSES:
        queries = queries_of(client, address)
        assert len(queries) <= MOST_QUERIES, (role, address, len(queries), queries)
