"""Finding somebody in one box, and where the words for it do not stand."""

import re
from datetime import date

import pytest
from django.test import Client

from ooievaar.network.roles import Role
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.models import CareActivity, Pregnancy, Woman
from ooievaar.web.finding import Wanted, wanted
from ooievaar.web.tests.inside import dutch, inside, region, second_of_november, text
from ooievaar.web.tests.small_region import BSNS, Region
from ooievaar.web.tests.visiting import MOST_QUERIES, queries_of, seen

__all__ = ["dutch", "region", "second_of_november"]


def search(client: Client, words: str, address: str = "/zwangeren/", **filters: str) -> str:
    """Send the box, and return the address where what was found stands."""
    answer = client.post(address, {"zoek": words, **filters})
    assert answer.status_code == 302
    return str(answer["Location"])


def found(client: Client, words: str) -> list[str]:
    html = seen(client, search(client, words))
    return sorted(set(re.findall(r'<th scope="row"><a[^>]*>(Z-00\d)', html)))


@pytest.mark.parametrize(
    ("typed", "means"),
    [
        ("noor  visser", Wanted(words=("noor", "visser"))),
        ("21-11-1994", Wanted(days=(date(1994, 11, 21),))),
        ("1994-11-21 noor", Wanted(words=("noor",), days=(date(1994, 11, 21),))),
        ("1/2/1990", Wanted(days=(date(1990, 2, 1),))),
        ("123456782", Wanted(bsns=("123456782",))),
        ("123.456.782", Wanted(bsns=("123456782",))),
        ("12345678", Wanted(words=("12345678",))),
        ("31-02-1994", Wanted(words=("31-02-1994",))),
        ("١٢٣٤٥٦٧٨٩", Wanted(words=("١٢٣٤٥٦٧٨٩",))),
        ("", Wanted()),
    ],
)
def test_what_was_typed_is_read_as_a_day_a_number_or_words(typed: str, means: Wanted) -> None:
    assert wanted(typed) == means


def test_somebody_is_found_by_name_birth_date_number_due_date_and_reference(
    region: Region,
) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    Woman.objects.filter(reference="W-004").update(birth_date=date(1991, 2, 28))
    assert found(midwife, "berg johanna") == ["Z-003"]
    assert found(midwife, "28-02-1991") == found(midwife, "1991-02-28") == ["Z-004"]
    assert found(midwife, BSNS[3]) == ["Z-004"]
    assert found(midwife, "03-01-2027") == ["Z-004"], "the day she is due"
    assert found(midwife, "z-002") == ["Z-002"]
    assert found(midwife, "visser 28-02-1991") == ["Z-004"]
    assert found(midwife, f"johanna {BSNS[3]}") == [], "every part must fit"
    assert found(midwife, BSNS[3][:8]) == [], "a part of a number is no number"


def test_nobody_is_found_who_may_not_be_seen(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    assert found(midwife, "saskia") == found(midwife, BSNS[0]) == []
    assert found(midwife, "03-08-2026") == []


def test_a_record_that_turned_out_to_be_hers_is_found_by_either_number(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    kept = Woman.objects.create(reference="W-090", bsn="100000058", name="N. Visser")
    Woman.objects.filter(reference="W-004").update(same_as=kept)
    assert found(midwife, "100000058") == found(midwife, BSNS[3]) == ["Z-004"]


def test_two_records_of_one_woman_are_found_by_what_either_knows(region: Region) -> None:
    """The hospital wrote her anew, under her maiden name and without a birth date."""
    midwife = inside(region, Role.MIDWIFE, "linde")
    Woman.objects.filter(reference="W-004").update(name="Noor Visser", birth_date=None)
    born = date(1991, 2, 28)
    maiden = Woman.objects.create(reference="W-090", name="Nora Kuiper", birth_date=born)
    assert found(midwife, "kuiper") == found(midwife, "28-02-1991") == []
    # Whichever of the two was kept.
    maiden.same_as = Woman.objects.get(reference="W-004")
    maiden.save()
    for _kept in ("visser", "kuiper"):
        for words in ("kuiper", "visser", "28-02-1991", "nora visser", "noor kuiper 28-02-1991"):
            assert found(midwife, words) == ["Z-004"], words
        assert found(midwife, "johanna") == ["Z-003"], "and nobody else"
        maiden.same_as = None
        maiden.save()
        Woman.objects.filter(reference="W-004").update(same_as=maiden)


def test_the_last_contact_is_that_of_both_records(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    noor = Pregnancy.objects.get(reference="Z-004")
    other = Woman.objects.create(reference="W-090", name="Noor Visser", same_as=noor.woman)
    own = CareActivity.objects.filter(woman=noor.woman, organisation=region.organisations["linde"])
    before = own.order_by("-performed_on").first()
    assert before is not None
    row = search(midwife, "z-004")
    assert f"{before.performed_on:%d-%m-%Y}" in text(seen(midwife, row))
    CareActivity.objects.create(
        woman=other, organisation=region.organisations["linde"], code="V-CON",
        performed_on=date(2026, 11, 1), recorded_on=date(2026, 11, 1), source="t",
        source_reference="1",
    )  # fmt: skip
    assert "01-11-2026" in text(seen(midwife, row))
    ordered = text(seen(midwife, "/zwangeren/?volgorde=-contact"))
    assert "01-11-2026" in ordered


def test_no_address_and_no_log_tells_whom_somebody_looked_for(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    where = search(midwife, f"Noor {BSNS[3]}", stand="", zwanger="nu")
    assert where == "/zwangeren/?zwanger=nu&gezocht=1"
    html = seen(midwife, where)
    addresses = re.findall(r'(?:href|action|hx-get|hx-post)="([^"]*)"', html)
    assert not [one for one in addresses if "Noor" in one or BSNS[3] in one]
    assert f'value="Noor {BSNS[3]}"' in html, "what was typed is not lost"
    event = AccessEvent.objects.latest("number")
    assert event.kind == Kind.SEARCH
    assert "noor" not in str(event.detail).lower() and BSNS[3] not in str(event.detail)
    assert "Z-004" not in seen(midwife, "/zwangeren/?zoek=noor"), "an address finds no names"


def test_a_search_keeps_order_and_columns_and_goes_back(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    first = search(midwife, "noor", "/zwangeren/?sorteer=naam&pagina=3&stand=breaker")
    second = search(midwife, "johanna", first)
    assert first == "/zwangeren/?sorteer=naam&gezocht=1"
    assert second == "/zwangeren/?sorteer=naam&gezocht=2"
    assert "Noor Visser" in seen(midwife, first) and "Johanna" not in seen(midwife, first)
    assert search(midwife, "noor", second) == first, "the same words keep their place"
    assert search(midwife, " ", second) == "/zwangeren/?sorteer=naam"
    from_script = midwife.post(
        "/zwangeren/",
        {"zoek": "noor"},
        headers={"HX-Current-URL": "http://x/zwangeren/?rijen=50&kolommen=naam"},
    )
    assert from_script["Location"] == "/zwangeren/?kolommen=naam&gezocht=1"


def test_words_of_another_session_are_asked_again(region: Region) -> None:
    midwife, other = inside(region, Role.MIDWIFE, "linde"), inside(region, Role.MIDWIFE, "linde")
    where = search(midwife, "noor")
    html = text(seen(other, where))
    assert "niet bewaard" in html and "Johanna" in html
    for number in range(20):
        search(midwife, f"naam {number}")
    assert "niet bewaard" in seen(midwife, where)


def test_a_file_of_what_was_found_holds_just_that(region: Region) -> None:
    midwife = inside(region, Role.MIDWIFE, "linde")
    file = seen(midwife, f"{search(midwife, 'noor')}&uitvoer=csv")
    assert "Noor Visser" in file and "Johanna" not in file


def test_who_knows_no_names_finds_references_only(region: Region) -> None:
    controller = inside(region, Role.CONTROLLER)
    assert controller.post("/zwangeren/", {"zoek": "noor"})["Location"] == "/zwangeren/"
    assert "Z-004" in seen(controller, "/zwangeren/?zoek=z-004")
    assert "Z-004" not in seen(controller, "/zwangeren/?zoek=noor")


@pytest.mark.parametrize("role", [Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR])
def test_a_search_asks_at_most_twelve_questions(region: Region, role: Role) -> None:
    client = inside(region, role, "linde")
    for words in ("noor", "28-02-1991", BSNS[3]):
        assert len(queries_of(client, search(client, words))) <= MOST_QUERIES
