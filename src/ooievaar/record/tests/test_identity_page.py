"""Who she is, corrected on a page: with a reason, checked where others find her by it, and kept."""

from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessEvent, Kind
from ooievaar.record.entries.tests.writing import MOST_QUERIES, queries_of
from ooievaar.record.models import BreakGlass, IdentityChange, Pregnancy, TreatmentRelation, Woman
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
BSN, OTHER = "111222333", "123456782"
REASON = "paspoort gezien"


class Page:
    """The page of Noor, opened by somebody."""

    def __init__(
        self, by: str = "linde", role: Role = Role.MIDWIFE, region: CareRegion | None = None
    ) -> None:
        self.region = region or CareRegion()
        self.held = position(role, organisation=self.region.organisations[by])
        self.client = come_in(Client(), self.held)

    def address(self, pregnancy: Pregnancy | None = None) -> str:
        return f"/zwangeren/{(pregnancy or self.region.noor).pk}/wie-is-zij/"

    def text(self, more: str = "", pregnancy: Pregnancy | None = None) -> str:
        return str(self.client.get(self.address(pregnancy) + more).content.decode())

    def post(
        self, field: str, becomes: str, reason: str = REASON, doing: str = "", **more: Any
    ) -> Any:
        typed = {"becomes": becomes, "reason": reason, "doe": doing}
        return self.client.post(f"{self.address(**more)}?veld={field}", typed)

    def her(self, pregnancy: Pregnancy | None = None) -> Woman:
        return Woman.objects.get(pk=(pregnancy or self.region.noor).woman_id)


@pytest.fixture
def page() -> Page:
    return Page()


def test_a_name_is_corrected_at_once_and_what_stood_there_is_readable(page: Page) -> None:
    assert "Nog niets." in page.text()
    assert page.post("naam", "Noor de Boer").status_code == 302
    assert page.her().name == "Noor de Boer"
    shown = page.text()
    for part in ("Noor de Boer", "<td>Noor</td>", REASON, page.held.person.name):
        assert part in shown, part
    logged = AccessEvent.objects.filter(kind=Kind.CHANGE, object_type="woman").latest("number")
    assert logged.detail == {"field": "name"}
    assert list(logged.subjects.values_list("woman_id", flat=True)) == [page.her().pk]


def test_a_birth_date_is_checked_before_it_is_stored(page: Page) -> None:
    checked = page.post("geboortedatum", "1995-03-12").content.decode()
    assert "Controleer voordat u het vastlegt" in checked and "12-03-1995" in checked
    assert "zij is nu 31 jaar" in checked, "a slip of the pen shows in her age"
    assert page.her().birth_date == date(1994, 3, 12) and not IdentityChange.objects.exists()
    again = page.post("geboortedatum", "1995-03-12", doing="terug").content.decode()
    assert 'value="1995-03-12"' in again and REASON in again, "what was typed is not lost"
    assert page.post("geboortedatum", "1995-03-12", doing="vastleggen").status_code == 302
    assert page.her().birth_date == date(1995, 3, 12)


def test_a_bsn_is_checked_and_afterwards_nowhere_whole(page: Page) -> None:
    Woman.objects.filter(pk=page.her().pk).update(bsn=BSN)
    checked = page.post("bsn", "1234.56.782").content.decode()
    assert "<strong>123456782</strong>" in checked, "what is checked is what was typed"
    assert BSN not in checked and page.her().bsn == BSN
    assert page.post("bsn", OTHER, doing="vastleggen").status_code == 302
    assert page.her().bsn == OTHER
    for more in ("", "?veld=bsn"):
        assert OTHER not in page.text(more) and BSN not in page.text(more)


@pytest.mark.parametrize(
    ("field", "becomes", "reason"),
    [
        ("naam", "", REASON),
        ("naam", "Noor Vis", "  "),
        ("naam", "N" * 121, REASON),
        ("naam", "Noor Vis", "x" * 201),
        ("geboortedatum", "2994-03-12", REASON),
        ("geboortedatum", "vorig jaar", REASON),
        ("postcode", "AB 1234", REASON),
        ("bsn", "123456789", REASON),
        ("bsn", OTHER, REASON),
    ],
)
def test_what_cannot_be_is_said_and_nothing_is_stored(
    page: Page, field: str, becomes: str, reason: str
) -> None:
    """The last BSN is one that Saskia has."""
    Woman.objects.filter(pk=page.region.saskia.woman_id).update(bsn=OTHER)
    before = Woman.objects.filter(pk=page.her().pk).values().get()
    said = page.post(field, becomes, reason, doing="vastleggen").content.decode()
    assert "Er klopt nog iets niet" in said and "Saskia" not in said
    assert Woman.objects.filter(pk=page.her().pk).values().get() == before


def test_a_postcode_is_written_as_everywhere(page: Page) -> None:
    page.post("postcode", "1462vk")
    assert page.her().postcode == "1462 VK"


def test_of_two_records_what_her_pages_say_is_corrected(page: Page) -> None:
    """The merged record says the same birth date, and alone knows her BSN."""
    again = page.region.pregnancy("Noortje", "linde")
    relate_from_care()
    Woman.objects.filter(pk=again.woman_id).update(bsn=BSN, same_as=page.her())
    page.post("geboortedatum", "1995-03-12", doing="vastleggen", pregnancy=again)
    assert {page.her().birth_date, page.her(again).birth_date} == {date(1995, 3, 12)}
    page.post("naam", "Noor Vis", pregnancy=again)
    assert (page.her().name, page.her(again).name) == ("Noor Vis", "Noortje")
    page.post("bsn", OTHER, doing="vastleggen")
    assert (page.her().bsn, page.her(again).bsn) == (None, OTHER)
    page.post("postcode", "1462 VK", pregnancy=again)
    assert (page.her().postcode, page.her(again).postcode) == ("1462 VK", "")
    for pregnancy in (page.region.noor, again):
        shown = page.text("", pregnancy)
        assert "Noor Vis" in shown and "12-03-1995" in shown and "1462 VK" in shown


def test_a_bsn_unknown_in_one_record_is_known_in_the_other(page: Page) -> None:
    """The page of her data then asks for none, and takes none."""
    again = page.region.pregnancy("Noortje", "linde")
    relate_from_care()
    Woman.objects.filter(pk=again.woman_id).update(same_as=page.her())
    Woman.objects.filter(pk=page.her().pk).update(bsn=BSN)
    address = f"/zwangeren/{again.pk}/gegevens/"
    shown = page.client.get(address).content.decode()
    assert "BSN aanvullen" not in shown and "Noortje" not in shown.replace("Z-Noortje", "").replace(
        "W-Noortje", ""
    )
    page.client.post(address, {"bsn": OTHER})
    assert page.her(again).bsn is None


class TestWhoCorrects:
    def test_the_office_of_a_practice_that_treats_her(self) -> None:
        page = Page(role=Role.PRACTICE_ADMINISTRATOR)
        assert page.post("naam", "Noor Vis").status_code == 302
        assert page.her().name == "Noor Vis"

    def test_the_office_of_one_that_treated_her_reads_only(self) -> None:
        page = Page(role=Role.PRACTICE_ADMINISTRATOR)
        TreatmentRelation.objects.filter(organisation=page.region.organisations["linde"]).update(
            valid_until=date(2026, 9, 1)
        )
        assert "Noor" in page.text() and "veld=naam" not in page.text()
        page.post("naam", "Noor Vis")
        assert page.her().name == "Noor"

    def test_nor_who_came_in_by_the_emergency_button(self) -> None:
        page = Page("duin")
        assert page.client.get(page.address()).status_code == 403
        now = timezone.now()
        BreakGlass.objects.create(
            person=page.held.person,
            organisation=page.region.organisations["duin"],
            role=Role.MIDWIFE,
            pregnancy=page.region.noor,
            reason="Zij belde met bloedverlies.",
            opened_at=now,
            open_until=now + timedelta(hours=1),
        )
        assert "Noor" in page.text() and "veld=naam" not in page.text()
        page.post("naam", "Noor Vis")
        assert page.her().name == "Noor"

    @pytest.mark.parametrize("role", [Role.CONTROLLER, Role.QUALITY_OFFICER])
    def test_nobody_of_the_network(self, role: Role) -> None:
        region = CareRegion()
        client = come_in(Client(), position(role, network=region.network))
        assert client.get(f"/zwangeren/{region.noor.pk}/wie-is-zij/").status_code == 403


def test_the_banner_leads_there(page: Page) -> None:
    shown = page.client.get(f"/zwangeren/{page.region.noor.pk}/dossier/").content.decode()
    assert page.address() in shown
    assert (
        page.address()
        in page.client.get(f"/zwangeren/{page.region.noor.pk}/gegevens/").content.decode()
    )


def test_at_most_twelve_queries(page: Page) -> None:
    page.post("naam", "Noor Vis")
    for role in (Role.MIDWIFE, Role.PRACTICE_ADMINISTRATOR):
        held = position(role, organisation=page.region.organisations["linde"])
        client = come_in(Client(), held)
        assert len(queries_of(client, page.address())) <= MOST_QUERIES
