"""The pages of working together, as the people in them use them."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import SINCE, come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.break_glass import open_in_emergency
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.teamwork.commands import announce
from ooievaar.record.teamwork.models import (
    AgendaItem,
    Appointment,
    BuddyPair,
    MeetingDecision,
    PlanItem,
    TeamMeeting,
    Thread,
    ThreadMessage,
)
from ooievaar.record.teamwork.tasks import agree, step
from ooievaar.record.teamwork.tests.region import AT, SCRIPT, SOON, TODAY, TeamRegion, made

pytestmark = pytest.mark.django_db
MOST_QUERIES = 12
WORDS_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


@pytest.fixture
def region() -> TeamRegion:
    return TeamRegion()


@pytest.fixture(autouse=True)
def first_of_october(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(timezone, "now", lambda: AT)
    with translation.override("nl"):
        yield


def page(region: TeamRegion) -> str:
    return f"/zwangeren/{region.noor.pk}/overleg/"


def text(answer: Any) -> str:
    assert answer.status_code == 200, answer.status_code
    plain = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", plain).replace("\xa0", " ")


def events(kind: Kind) -> list[tuple[str, str, list[int]]]:
    found = AccessEvent.objects.filter(kind=kind).order_by("number")
    return [(one.object_type, one.action, one.women) for one in found]


def asked(client: Client, address: str) -> list[str]:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as found:
        assert client.get(address).status_code == 200
    sentences = [str(query["sql"]) for query in found.captured_queries]
    return [sql for sql in sentences if not sql.startswith(WORDS_OF_TRANSACTIONS)]


def fill(region: TeamRegion) -> TeamMeeting:
    """Put something of everything on Noor."""
    thread = region.says_in_thread("linde", to=[region.key("zee")], answer_by=SOON)
    region.replies(thread, "zee", "Ik kijk.")
    announce(region.noor, "De bekostiging is veranderd.", at=AT)
    for name in ("linde", "zee"):
        made(
            agree(
                region.noor, f"Meten door {name}", owner=region.key(name), until=SOON,
                by=region.at("linde"), at=AT,
            )
        )  # fmt: skip
    meeting = region.meeting("zee", "gyn", starts_at=AT + timedelta(hours=1))
    from ooievaar.record.teamwork.meetings import put_on_agenda

    made(
        put_on_agenda(
            meeting, region.noor, question="Waar bevalt zij?", preparation="Zie echo.",
            organisations=[region.organisations["gyn"]], by=region.at("linde"), at=AT,
        )
    )  # fmt: skip
    return meeting


def test_the_page_of_a_woman_shows_what_is_said_and_agreed(region: TeamRegion) -> None:
    fill(region)
    found = text(region.client("linde").get(page(region)))
    for words in (
        "Groei", "Ik kijk.", "1 nieuw", "antwoord vóór 04-10-2026", "gevraagd aan Zee",
        "Meldingen van Ooievaar", "Meten door zee", "Gedaan", "Waar bevalt zij?", "op de agenda",
    ):  # fmt: skip
        assert words in found
    assert events(Kind.READ) == [("conversation", "R", [region.noor.woman_id])]


def test_an_empty_page_says_what_will_stand_there(region: TeamRegion) -> None:
    found = text(region.client("linde").get(page(region)))
    assert "Nog geen gesprek" in found
    assert "Er staat geen taak open" in found


@pytest.mark.parametrize("name", ["linde", "zee", "kraam", "echo", "gyn"])
def test_no_page_asks_more_than_twelve_questions(region: TeamRegion, name: str) -> None:
    meeting = fill(region)
    BuddyPair.objects.create(
        gynaecologist=region.person("gyn"), organisation=region.organisations["gyn"],
        practice=region.organisations["linde"], valid_from=SINCE, made_by=region.person("linde"),
    )  # fmt: skip
    client = region.client(name)
    addresses = [page(region), "/mdo/", "/buddys/", "/agenda/"]
    if name in ("linde", "zee", "gyn"):
        addresses += [f"/mdo/{meeting.pk}/", "/mdo/?doe=nieuw"]
    addresses += [f"{page(region)}?doe={word}" for word in ("gesprek", "taak", "mdo")]
    addresses += ["/agenda/?doe=afspraak", "/agenda/?doe=spreekuur"]
    thread = Thread.objects.filter(organisation__isnull=False).get().pk
    addresses += [f"{page(region)}?draad={thread}", f"{page(region)}?draad={thread}&doe=antwoord"]
    for address in addresses:
        client.get(address, follow=True)  # what is kept in the process is there after the first
        if client.get(address).status_code != 200:
            assert name in ("kraam", "echo", "gyn"), address
            continue
        found = asked(client, address)
        assert len(found) <= MOST_QUERIES, f"{address} {len(found)}:\n" + "\n".join(found)


def test_a_thread_is_read_when_it_is_opened(region: TeamRegion) -> None:
    thread = region.says_in_thread("linde", to=[region.key("zee")])
    client = region.client("zee")
    assert "1 nieuw" in text(client.get(page(region)))
    assert "Kijkt u mee?" in text(client.get(f"{page(region)}?draad={thread.pk}"))
    assert "1 nieuw" not in text(client.get(page(region)))
    assert ("thread", "R", [region.noor.woman_id]) in events(Kind.READ)


def test_a_question_is_asked_and_answered(region: TeamRegion) -> None:
    linde, zee = region.client("linde"), region.client("zee")
    form = {
        "subject": "Groei", "text": "Buigt dit af?", "to": [region.key("zee")],
        "answer_by": "2026-10-04",
    }  # fmt: skip
    answer = linde.post(f"{page(region)}?doe=gesprek", form, follow=True)
    assert "Uw bericht staat in het dossier." in text(answer)
    thread, question = Thread.objects.get(), ThreadMessage.objects.get()
    reply = f"{page(region)}?draad={thread.pk}&doe=antwoord"
    shown = zee.get(reply)
    assert "Buigt dit af?" in text(shown)
    assert shown.context["form"].initial["answers"] == str(question.pk)
    zee.post(reply, {"text": "Nee.", "answers": question.pk})
    assert ThreadMessage.objects.get(text="Nee.").answers == question
    assert "beantwoord" in text(linde.get(f"{page(region)}?draad={thread.pk}"))
    assert [one[:2] for one in events(Kind.CHANGE)] == [("thread", "C")] * 2


def test_what_was_typed_stays_when_it_is_refused(region: TeamRegion) -> None:
    form = {"subject": "Groei", "text": "Buigt dit af?", "to": [region.key("duin")]}
    found = text(region.client("linde").post(f"{page(region)}?doe=gesprek", form))
    assert "Duin behandelt haar niet" in found
    assert "Buigt dit af?" in found
    assert not Thread.objects.exists()


def test_the_form_of_a_practice_proposes_its_buddy(region: TeamRegion) -> None:
    BuddyPair.objects.create(
        gynaecologist=region.person("gyn"), organisation=region.organisations["gyn"],
        practice=region.organisations["linde"], valid_from=SINCE, made_by=region.person("linde"),
    )  # fmt: skip
    shown = region.client("linde").get(f"{page(region)}?doe=gesprek")
    assert shown.context["form"].initial["to"] == [region.person_key("gyn")]
    assert "ziet haar dossier vanaf deze vraag" in text(shown)
    form = {"subject": "Groei", "text": "Kijkt u mee?", "to": [region.person_key("gyn")]}
    region.client("linde").post(f"{page(region)}?doe=gesprek", form)
    assert TreatmentRelation.objects.get(basis="team").person == region.person("gyn")
    assert region.client("gyn").get(page(region)).status_code == 200
    assert "ziet haar dossier" not in text(
        region.client("kraam").get(f"{page(region)}?doe=gesprek")
    )


def test_what_looks_like_a_script_is_shown_as_it_was_typed(region: TeamRegion) -> None:
    meeting = fill(region)
    form = {"subject": SCRIPT, "text": SCRIPT + "\n" * 3 + "x" * 4900}
    client = region.client("linde")
    client.post(f"{page(region)}?doe=gesprek", form)
    client.post(f"{page(region)}?doe=taak", {
        "text": SCRIPT, "owner": region.key("zee"), "until": "2026-10-04",
    })  # fmt: skip
    thread = Thread.objects.get(subject=SCRIPT)
    client.post(f"/mdo/{meeting.pk}/?doe=notulen", {"text": SCRIPT})
    for address in (page(region), f"{page(region)}?draad={thread.pk}", f"/mdo/{meeting.pk}/"):
        content = client.get(address).content.decode()
        assert "<script>alert" not in content
        assert "&lt;script&gt;alert" in content


def test_a_task_is_agreed_done_and_reopened(region: TeamRegion) -> None:
    client = region.client("linde")
    form = {"text": "Bloeddruk meten", "owner": region.key("zee"), "until": "2026-10-04"}
    client.post(f"{page(region)}?doe=taak", form)
    task = PlanItem.objects.get()
    answer = region.client("zee").post(
        page(region), {"taak": task.pk, "stand": "done"}, follow=True
    )
    assert "1 taak afgerond" in text(answer)
    region.client("zee").post(page(region), {"taak": task.pk, "stand": "reopened"})
    client.post(f"{page(region)}?doe=vervalt&taak={task.pk}", {"note": "Zij verhuisde."})
    assert "Zij verhuisde." in text(client.get(page(region)))
    kinds = [one[:2] for one in events(Kind.CHANGE)]
    assert kinds == [("plan_item", "C"), ("plan_item", "U"), ("plan_item", "U"), ("plan_item", "U")]


def test_nobody_answers_the_system(region: TeamRegion) -> None:
    announce(region.noor, "De bekostiging is veranderd.", at=AT)
    client, thread = region.client("zee"), Thread.objects.get()
    found = text(client.get(f"{page(region)}?draad={thread.pk}"))
    assert "De bekostiging is veranderd." in found and "Schrijven" not in found
    assert client.get(f"{page(region)}?draad={thread.pk}&doe=antwoord").status_code == 302


def test_nonsense_in_the_address_or_the_form_does_nothing(region: TeamRegion) -> None:
    fill(region)
    client = region.client("linde")
    for query in (
        "?draad=x", "?draad=99999999999999999999", "?doe=iets", "?draad=0",
        "?doe=vervalt&taak=7777", "?doe=antwoord", "?draad=7777&doe=antwoord",
    ):  # fmt: skip
        assert client.get(page(region) + query, follow=True).status_code == 200
    for sent in ({"taak": "x"}, {"taak": "99999999999999999999", "stand": "done"}, {},
                 {"taak": PlanItem.objects.latest("pk").pk, "stand": "weg"}):  # fmt: skip
        assert client.post(page(region), sent).status_code == 302
    for address in ("/agenda/?week=x", "/agenda/?week=2026-W60", "/agenda/?week=0001-W01",
                    "/agenda/?week=9999-W52", "/agenda/?doe=verzetten&afspraak=x",
                    "/agenda/?doe=inplannen", "/mdo/?doe=iets", "/buddys/?doe=iets"):  # fmt: skip
        assert client.get(address).status_code == 200, address
    assert events(Kind.CHANGE) == []


def test_who_does_not_treat_her_is_refused_as_if_she_did_not_exist(region: TeamRegion) -> None:
    fill(region)
    client = region.client("duin")
    for address in (page(region), "/zwangeren/999999/overleg/", "/mdo/999999/"):
        assert client.get(address).status_code == 403
    meeting = TeamMeeting.objects.get()
    assert client.get(f"/mdo/{meeting.pk}/").status_code == 403
    task = PlanItem.objects.latest("pk")
    assert client.post(page(region), {"taak": task.pk, "stand": "done"}).status_code == 403
    assert not task.steps.exists()
    assert "Noor" not in text(client.get("/agenda/"))


def test_a_subset_role_talks_and_agrees_no_tasks(region: TeamRegion) -> None:
    fill(region)
    client = region.client("kraam")
    found = text(client.get(page(region)))
    assert "Een gesprek beginnen" in found and "Nog geen gesprek" not in found
    assert "Groei" not in found and "Meten door" not in found and "Waar bevalt" not in found
    assert "Een taak afspreken" not in found
    form = {"text": "x", "owner": region.key("zee"), "until": "2026-10-04"}
    client.post(f"{page(region)}?doe=taak", form)
    assert PlanItem.objects.count() == 2
    client.post(f"{page(region)}?doe=gesprek", {"subject": "Start", "text": "Wij komen morgen."})
    assert Thread.objects.filter(subject="Start").exists()


def test_the_emergency_button_reads_and_writes_and_agrees_nothing(region: TeamRegion) -> None:
    fill(region)
    made(open_in_emergency(region.at("duin"), region.noor, "Zij belde met bloedverlies", AT))
    client = region.client("duin")
    found = text(client.get(page(region)))
    assert "Ik kijk." in found and "Een taak afspreken" not in found
    event = AccessEvent.objects.filter(object_type="conversation").latest("number")
    assert (event.controls[0], event.controls[3], event.purpose) == ("T", "T", "emergency")


def test_she_is_put_on_the_agenda_and_decided_about(region: TeamRegion) -> None:
    meeting = region.meeting("zee", "gyn", "kraam", starts_at=AT)
    linde = region.client("linde")
    shown = linde.get(f"{page(region)}?doe=mdo")
    assert "mag bezwaar maken" in text(shown)
    chosen = {str(region.organisations[name].pk) for name in ("zee", "gyn")}
    assert set(shown.context["form"].initial["organisations"]) == chosen, "only who sees it all"
    form = {"question": "Waar bevalt zij?", "preparation": "", "organisations": sorted(chosen)}
    assert "staat op de agenda" in text(linde.post(f"{page(region)}?doe=mdo", form, follow=True))
    item = AgendaItem.objects.get()
    address = f"/mdo/{meeting.pk}/"
    gyn = region.client("gyn")
    assert "Noor" in text(gyn.get(address))
    kraam = text(region.client("kraam").get(address))
    assert "Noor" not in kraam and "Over 1 andere zwangere spreekt u niet mee" in kraam
    decision = {"kind": "discussed", "conclusion": "In Zee.", "gezien": ""}
    gyn.post(f"{address}?doe=besluit&punt={item.pk}", decision)
    late = linde.post(f"{address}?doe=besluit&punt={item.pk}", {**decision, "conclusion": "Thuis."})
    assert "Iemand anders legde intussen iets vast" in text(late)
    assert "Thuis." in text(late), "what was typed stays"
    task = {"text": "Bed regelen", "owner": region.key("zee"), "until": "2026-10-09"}
    linde.post(f"{address}?doe=taak&punt={item.pk}", task)
    assert PlanItem.objects.get().decision == MeetingDecision.objects.get()
    assert "Bed regelen" in text(linde.get(address))
    linde.post(address, {"sluiten": "ja"})
    assert "alleen nog verbeteringen" in text(linde.get(address))
    closing = AccessEvent.objects.filter(object_type="meeting", kind=Kind.CHANGE).latest("number")
    assert closing.women == [region.noor.woman_id]


def test_a_meeting_is_planned_and_moved(region: TeamRegion) -> None:
    client = region.client("linde")
    form = {
        "kind": "mdo", "day": "2026-10-06", "clock": "08:30", "minutes": "45", "place": "Zaal 1",
        "chair": region.person("linde").pk, "organisations": [region.organisations["zee"].pk],
    }  # fmt: skip
    assert "gepland" in text(client.post("/mdo/?doe=nieuw", form, follow=True))
    meeting = TeamMeeting.objects.get()
    assert timezone.localtime(meeting.starts_at).hour == 8
    bad = client.post("/mdo/?doe=nieuw", {**form, "day": "2027-03-28", "clock": "02:30"})
    assert "de klok gaat die nacht vooruit" in text(bad)
    client.post(f"/mdo/{meeting.pk}/?doe=verzetten", {**form, "clock": "09:15"})
    meeting.refresh_from_db()
    assert timezone.localtime(meeting.starts_at).strftime("%H:%M") == "09:15"
    assert "MDO" in text(client.get("/agenda/?week=2026-W41"))


def test_the_calendar_of_a_week(region: TeamRegion) -> None:
    client = region.client("linde")
    form = {"woman": "Noor", "day": "2026-10-02", "clock": "09:00", "minutes": "20",
            "person": region.person("linde").pk, "note": "Controle"}  # fmt: skip
    answer = client.post("/agenda/?doe=afspraak", form, follow=True)
    assert "De afspraak staat." in text(answer)
    found = text(answer)
    assert "09:00–09:20" in found and "Noor" in found and "Controle" in found and "34+4" in found
    again = text(client.post("/agenda/?doe=afspraak", {**form, "clock": "09:10"}, follow=True))
    assert "er staat op dat moment nog een afspraak" in again
    for woman in ("Saskia", "Z-Saskia", "niemand"):
        assert "Zo heet niemand die u behandelt" in text(
            client.post("/agenda/?doe=afspraak", {**form, "woman": woman})
        )
    one = Appointment.objects.earliest("pk")
    move = {"day": "2026-10-09", "clock": "10:00", "minutes": "30"}
    client.post(f"/agenda/?doe=verzetten&afspraak={one.pk}", move)
    assert "10:00–10:30" in text(client.get("/agenda/?week=2026-W41"))
    newest = Appointment.objects.get(replaces=one)
    client.post(f"/agenda/?doe=afzeggen&afspraak={newest.pk}", {"reason": "Ziek"})
    assert "Deze week staat er niets" in text(client.get("/agenda/?week=2026-W41"))
    seen = AccessEvent.objects.filter(object_type="calendar").values_list("women", flat=True)
    assert [region.noor.woman_id] in list(seen)


def test_two_women_of_one_name_are_told_apart(region: TeamRegion) -> None:
    second = region.pregnancy("Noortje", "linde")
    from ooievaar.record.relations import relate_from_care

    relate_from_care()
    form = {"woman": "noor", "day": "2026-10-02", "clock": "09:00", "minutes": "20"}
    found = text(region.client("linde").post("/agenda/?doe=afspraak", form))
    assert "Z-Noor" in found and "Z-Noortje" in found
    named = AccessEvent.objects.get(kind=Kind.SEARCH)
    assert named.women == sorted([region.noor.woman_id, second.woman_id])


def test_a_joint_hour_is_opened_and_filled(region: TeamRegion) -> None:
    linde = region.client("linde")
    assert "Hoeveel plaatsen" not in text(linde.get("/agenda/?doe=spreekuur")), "no buddy yet"
    form = {"practice": region.organisations["linde"].pk, "valid_from": "2026-10-01",
            "gynaecologist": region.person_key("gyn").removeprefix("p")}  # fmt: skip
    form["gynaecologist"] = f"{region.person('gyn').pk}-{region.organisations['gyn'].pk}"
    assert "is de buddy van Linde" in text(linde.post("/buddys/?doe=koppelen", form, follow=True))
    pair = BuddyPair.objects.get()
    hour = {"pair": pair.pk, "day": "2026-10-02", "clock": "13:00", "places": "2", "minutes": "20"}
    assert "vrij" in text(linde.post("/agenda/?doe=spreekuur", hour, follow=True))
    place = Appointment.objects.earliest("pk")
    linde.post(f"/agenda/?doe=inplannen&afspraak={place.pk}", {"woman": "Z-Noor"})
    gyn = text(region.client("gyn").get("/agenda/"))
    assert "Noor" in gyn and "Gezamenlijk spreekuur" in gyn
    assert region.client("gyn").get(page(region)).status_code == 200
    linde.post("/buddys/", {"koppeling": pair.pk})
    assert "Eerder" in text(linde.get("/buddys/"))


def test_the_office_sees_the_buddies_and_no_care(region: TeamRegion) -> None:
    office = position(Role.PRACTICE_ADMINISTRATOR, organisation=region.organisations["linde"])
    client = come_in(Client(), office)
    assert "Een buddy koppelen" in text(client.get("/buddys/"))
    for address in ("/agenda/", "/mdo/", page(region)):
        assert client.get(address).status_code == 403
    assert "Een buddy koppelen" not in text(region.client("kraam").get("/buddys/"))


def test_a_thread_on_an_entry_of_the_record(region: TeamRegion) -> None:
    from ooievaar.record.entries.commands import Observed, finish

    entry = made(
        finish(
            region.noor, "note", [Observed("note_text", "Zij slaapt slecht.")],
            organisation=region.organisations["linde"], person=region.person("linde"),
            role="midwife", happened_on=TODAY, at=AT,
        )
    )  # fmt: skip
    form = {"subject": "Slaap", "text": "Sinds wanneer?"}
    address = f"{page(region)}?doe=gesprek&onderdeel={entry.pk}"
    assert "Bij een onderdeel" in text(region.client("zee").post(address, form, follow=True))
    assert Thread.objects.get().entry == entry
    wrong = f"{page(region)}?doe=gesprek&onderdeel=99999"
    assert "kunt u niet zien" in text(region.client("zee").post(wrong, form))


def test_a_task_that_somebody_else_settled_is_said(region: TeamRegion) -> None:
    fill(region)
    task = PlanItem.objects.earliest("pk")
    made(step(task, "done", by=region.at("linde"), at=AT))
    again = region.client("zee").post(page(region), {"taak": task.pk, "stand": "done"}, follow=True)
    assert "Iemand anders was u voor" in text(again)
