"""No page of care leaves without its trace, and no trace of what did not happen."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client

from ooievaar.network.models import Network, Organisation
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log import middleware
from ooievaar.record.access_log.middleware import UntracedCare
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.access_log.noting import Look, NotedTooLate, note
from ooievaar.record.access_log.tests.pages import CARE
from ooievaar.record.access_log.verify import verify_chain

pytestmark = [pytest.mark.django_db, pytest.mark.urls("ooievaar.record.access_log.tests.pages")]


@pytest.fixture
def practice() -> Organisation:
    return Organisation.objects.create(agb="08000001", name="De Linde", discipline="midwives")


@pytest.fixture
def midwife(practice: Organisation) -> Client:
    """A midwife at work, in a client that shows fault pages as a browser does."""
    held = position(Role.MIDWIFE, organisation=practice)
    return come_in(Client(raise_request_exception=False), held)


def events() -> list[AccessEvent]:
    assert verify_chain().holds
    return list(AccessEvent.objects.order_by("number"))


def changed() -> bool:
    return Organisation.objects.filter(name="Nieuw").exists()


def test_a_page_of_care_becomes_an_event(midwife: Client, practice: Organisation) -> None:
    answer = midwife.get("/test/shows/12/", REMOTE_ADDR="10.0.0.9")
    assert answer.status_code == 200 and CARE in answer.content.decode()
    (event,) = events()
    assert (event.kind, event.action, event.is_success) == ("read", "R", True)
    assert (event.object_type, event.object_id, event.women) == ("pregnancy", "12", [5])
    assert (event.role, event.purpose) == ("midwife", "treatment")
    assert (event.organisation_id, event.place_name) == (practice.pk, "De Linde")
    assert event.person_name == event.responsible_name == "Test Verloskundige"
    assert (event.address, event.controls, event.detail) == ("10.0.0.9", "TTTF", {"shown": 1})


def test_a_page_whose_trace_cannot_be_kept_does_not_leave(
    midwife: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full_disk(*_: Any) -> None:
        raise OSError("no space left on device")

    monkeypatch.setattr(middleware, "append", full_disk)
    for method in (midwife.get, midwife.post):
        answer = method("/test/shows/12/")
        assert answer.status_code == 500
        assert CARE not in answer.content.decode()
    assert not changed()


def test_a_page_of_care_that_notes_nothing_is_a_fault_of_ours(midwife: Client) -> None:
    answer = midwife.get("/test/untraced/12/")
    assert answer.status_code == 500 and CARE not in answer.content.decode()
    assert midwife.post("/test/untraced/12/").status_code == 500
    assert not changed() and not events()
    with pytest.raises(UntracedCare, match="test_page"):
        Client.get(_telling(midwife), "/test/untraced/12/")


def _telling(client: Client) -> Client:
    client.raise_request_exception = True
    return client


def test_a_change_and_its_trace_are_kept_together(midwife: Client) -> None:
    assert midwife.post("/test/shows/12/").status_code == 200
    assert changed() and len(events()) == 1


@pytest.mark.parametrize(
    ("what", "status"), [("breaks", 500), ("failing", 503), ("hidden", 403), ("missing", 404)]
)
def test_what_fails_changes_nothing_and_that_it_was_tried_remains(
    midwife: Client, what: str, status: int
) -> None:
    assert midwife.post(f"/test/{what}/12/").status_code == status
    assert not changed()
    first = events()[0]
    assert (first.kind, first.is_success) == ("read", False)


@pytest.mark.parametrize("what", ["wrong", "away"])
def test_a_form_that_was_filled_in_wrong_is_no_fault(midwife: Client, what: str) -> None:
    midwife.post(f"/test/{what}/12/")
    assert changed()
    assert [event.is_success for event in events()] == [True]


@pytest.mark.parametrize(
    ("what", "reason", "controls"),
    [
        ("refuses", "relation", "TFFF"),
        ("hidden", "forbidden", "TFFF"),
        ("missing", "not_found", "TFFF"),
    ],
)
def test_a_refusal_is_an_event_without_saying_of_whom(
    midwife: Client, what: str, reason: str, controls: str
) -> None:
    midwife.get(f"/test/{what}/12/")
    event = events()[-1]
    assert (event.kind, event.is_success, event.women) == ("refusal", False, [])
    # The number, and not the word that stood in the address too.
    assert (event.object_type, event.object_id, event.controls) == ("test_page", "12", controls)
    assert event.detail["reason"] == reason


def test_a_role_that_does_not_open_the_door_is_refused_and_traced() -> None:
    network = Network.objects.create(kind="igo", name="IGO")
    controller = come_in(Client(), position(Role.CONTROLLER, network=network))
    assert controller.get("/test/shows/12/").status_code == 403
    (event,) = events()
    assert (event.kind, event.controls, event.role) == ("refusal", "FFFF", "controller")
    assert (event.network_id, event.organisation_id) == (network.pk, None)


def test_who_is_not_signed_in_leaves_no_event_at_a_door() -> None:
    assert Client().get("/test/shows/12/").status_code == 302
    assert not events()


def test_a_stream_begins_after_its_trace_was_kept(midwife: Client) -> None:
    answer = midwife.get("/test/streams/12/")
    content = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    assert content == f"1 {CARE}"


def test_nothing_can_be_noted_once_the_answer_was_given(midwife: Client) -> None:
    answer = midwife.get("/test/late/12/")
    with pytest.raises(NotedTooLate):
        b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    assert len(events()) == 1


def test_a_page_without_care_costs_nothing(django_assert_num_queries: Any) -> None:
    with django_assert_num_queries(0):
        assert Client().get("/test/gezond/").status_code == 200


def test_reading_takes_no_transaction_around_the_page(midwife: Client) -> None:
    """On SQLite it would keep everybody else from writing while the page is made."""
    with CaptureBegins() as began:
        midwife.get("/test/shows/12/")
    places = [place for place, sql in enumerate(began.sql) if "SAVEPOINT" in sql]
    reads = [place for place, sql in enumerate(began.sql) if "network_position" in sql]
    assert reads and places and places[0] > reads[0]


class CaptureBegins:
    def __enter__(self) -> "CaptureBegins":
        self.sql: list[str] = []
        self._context = connection.execute_wrapper(self._keep)
        self._context.__enter__()
        return self

    def _keep(self, execute: Any, sql: Any, params: Any, many: Any, context: Any) -> Any:
        self.sql.append(str(sql))
        return execute(sql, params, many, context)

    def __exit__(self, *_: Any) -> None:
        self._context.__exit__(None, None, None)


# --- What is noted ---


@pytest.mark.parametrize("controls", ["", "TTT", "TTTFF", "ttff", "TTT "])
def test_controls_are_four_of_t_or_f(controls: str) -> None:
    with pytest.raises(ValueError, match="controls"):
        Look("read", "pregnancy", controls=controls)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["Sanne de Vries", "111222333", "x" * 65, "é", "a\nb", "a;b"])
def test_detail_takes_no_names_numbers_of_people_or_sentences(value: str) -> None:
    with pytest.raises(ValueError, match="codes and counts"):
        Look("read", "pregnancy", detail={"field": value})  # type: ignore[arg-type]


@pytest.mark.parametrize("value", ["", "2026-10", "name,birth_date", "csv", "a/b:c.d+e_f", 7])
def test_detail_takes_codes_and_counts(value: str | int) -> None:
    assert Look("read", "pregnancy", detail={"x": value}).detail["x"] == value  # type: ignore[arg-type]


def test_women_are_noted_once_each_and_in_order(rf: Any) -> None:
    request = rf.get("/")
    note(request, "list", "pregnancies", women=[9, 5, 9])
    assert request.looks[0].women == (5, 9)
