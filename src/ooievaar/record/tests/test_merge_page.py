"""Two records of one woman: found, compared, merged and split on one page."""

from typing import Any

import pytest
from django.test import Client

from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.entries.tests.writing import MOST_QUERIES, queries_of
from ooievaar.record.models import Pregnancy, Woman, WomanMerge, WomanSplit
from ooievaar.record.relations import relate_from_care
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
BSN = "111222333"


class Page:
    """The page of Noor, who also stands in the record as Noortje, with a BSN."""

    def __init__(self, by: str = "linde", role: Role = Role.MIDWIFE) -> None:
        self.region = CareRegion()
        self.again = self.region.pregnancy("Noortje", "linde")
        Woman.objects.filter(pk=self.again.woman_id).update(bsn=BSN)
        relate_from_care()
        held = position(role, organisation=self.region.organisations[by])
        self.client = come_in(Client(), held)

    def address(self, pregnancy: Pregnancy | None = None) -> str:
        return f"/zwangeren/{(pregnancy or self.region.noor).pk}/samenvoegen/"

    def get(self, pregnancy: Pregnancy | None = None) -> Any:
        return self.client.get(self.address(pregnancy))

    def post(self, doing: str, pregnancy: Pregnancy | None = None, **typed: str) -> Any:
        return self.client.post(self.address(pregnancy), {"doe": doing, **typed})


@pytest.fixture
def page() -> Page:
    return Page()


def test_found_by_her_bsn_and_merged(page: Page) -> None:
    assert "met geen ander samengevoegd" in page.get().content.decode()
    shown = page.post("zoek", bsn=BSN).content.decode()
    assert "W-Noortje" in shown and BSN not in shown.replace(f'value="{BSN}"', "")
    assert not WomanMerge.objects.exists()
    page.post("samenvoegen", bsn=BSN)
    assert not WomanMerge.objects.exists()
    done = page.post("samenvoegen", bsn=BSN, reason="zelfde paspoort")
    assert done.status_code == 302
    merge = WomanMerge.objects.get()
    assert merge.kept_id == page.again.woman_id
    last = AccessEvent.objects.order_by("-number").first()
    assert last is not None and last.object_type == "woman_merge"
    assert set(last.subjects.values_list("woman_id", flat=True)) == {
        merge.kept_id,
        merge.merged_id,
    }
    for one in (page.region.noor, page.again):
        assert "zelfde paspoort" in page.get(one).content.decode()


def test_found_by_reference_and_birth_date(page: Page) -> None:
    other = {"reference": "W-Noortje", "birth_date": "1994-03-12"}
    assert "Is dit dezelfde vrouw?" in page.post("zoek", **other).content.decode()
    wrong = {"reference": "W-Noortje", "birth_date": "1994-03-13"}
    assert "niemand anders zo bekend" in page.post("zoek", **wrong).content.decode()


def test_who_is_not_theirs_is_not_found(page: Page) -> None:
    """The answer is that of somebody who does not exist."""
    Woman.objects.filter(pk=page.region.saskia.woman_id).update(bsn="123456782")
    for bsn in ("123456782", "100000009", ""):
        shown = page.post("zoek", bsn=bsn).content.decode()
        assert "niemand anders zo bekend" in shown and "Saskia" not in shown
    page.post("samenvoegen", bsn="123456782", reason="zelfde")
    assert not WomanMerge.objects.exists()


def test_split_again(page: Page) -> None:
    page.post("samenvoegen", bsn=BSN, reason="zelfde paspoort")
    merge = str(WomanMerge.objects.get().pk)
    page.post("splitsen", page.again, merge=merge, reason="")
    assert not WomanSplit.objects.exists()
    assert page.post("splitsen", page.again, merge=merge, reason="haar zus").status_code == 302
    assert WomanSplit.objects.get().reason == "haar zus"
    page.post("splitsen", page.again, merge=merge, reason="haar zus")
    assert "al gesplitst" in page.get().content.decode()
    assert WomanSplit.objects.count() == 1


@pytest.mark.parametrize(
    ("by", "role", "status"),
    [
        ("kraam", Role.KRAAM_CARER, 403),
        ("echo", Role.SONOGRAPHER, 403),
        ("gyn", Role.GYNAECOLOGIST, 403),
        ("zee", Role.CLINICAL_CARER, 200),
    ],
)
def test_who_may_open_it(by: str, role: Role, status: int) -> None:
    page = Page(by, role)
    assert page.get().status_code == status
    assert page.client.get("/zwangeren/999999/samenvoegen/").status_code == 403


def test_at_most_twelve_queries(page: Page) -> None:
    page.post("samenvoegen", bsn=BSN, reason="zelfde paspoort")
    assert len(queries_of(page.client, page.address())) <= MOST_QUERIES


def test_the_page_of_her_data_leads_there(page: Page) -> None:
    shown = page.client.get(f"/zwangeren/{page.region.noor.pk}/gegevens/").content.decode()
    assert f"/zwangeren/{page.region.noor.pk}/samenvoegen/" in shown
    refused = page.client.post(f"/zwangeren/{page.region.noor.pk}/gegevens/", {"bsn": BSN})
    assert "moeten worden samengevoegd" in refused.content.decode()
    done = page.client.post(f"/zwangeren/{page.region.noor.pk}/gegevens/", {"bsn": "123456782"})
    assert done.status_code == 302
    shown = page.client.get(f"/zwangeren/{page.region.noor.pk}/gegevens/").content.decode()
    assert "Wat hier veranderde" in shown and "123456782" not in shown
