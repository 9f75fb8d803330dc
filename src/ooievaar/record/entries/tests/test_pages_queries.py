"""No page of the record asks the database more than twelve things."""

import pytest

from ooievaar.record.entries.tests.writing import MOST_QUERIES, Desk, queries_of
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    "page",
    [
        "{dossier}",
        "{dossier}nieuw/prenatal_contact/",
        "{dossier}nieuw/ultrasound/",
        "{dossier}nieuw/laboratory/",
        "{dossier}{entry}/",
        "{dossier}{entry}/?vergissing",
        "{dossier}{entry}/verbeteren/",
        "/zwangeren/{pregnancy}/groei/",
        "/zwangeren/{pregnancy}/gegevens/",
        "/zwangeren/nieuw/",
    ],
)
def test_a_page_asks_at_most_twelve_questions(page: str) -> None:
    region = CareRegion()
    linde, echo, gyn = Desk(region, "linde"), Desk(region, "echo"), Desk(region, "gyn")
    entry = linde.wrote("prenatal_contact", {"weight": "70"}, days_ago=9)
    entry = linde.wrote("prenatal_contact", {"weight": "71"}, days_ago=9, replaces=entry)
    echo.wrote("ultrasound", {"scan_kind": "growth", "hc:1": "250", "ac:1": "230"}, days_ago=3)
    gyn.wrote("laboratory", {"blood_group": "O", "hb": "7.5"}, days_ago=4)
    linde.post("concept/lifestyle/", {"smoking-0": "no"})
    places = {"dossier": linde.dossier, "entry": entry.pk, "pregnancy": region.noor.pk}
    asked = queries_of(linde.client, page.format(**places))
    assert len(asked) <= MOST_QUERIES, "\n".join(sql[:160] for sql in asked)
