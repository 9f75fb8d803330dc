"""How many children: what is written in three places is asked about when it differs."""

import pytest
from django.utils import timezone

from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.tests.writing import Desk
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
ASKS = "Het aantal kinderen is niet overal gelijk"
TWINS = {"due_date": "2026-11-09", "due_date_method": "crl", "fetus_count": "2"}


@pytest.fixture
def linde() -> Desk:
    return Desk(CareRegion(), "linde")


def born(*numbers: int) -> dict[str, str]:
    return {f"birth_date:{number}": timezone.localdate().isoformat() for number in numbers}


def test_a_second_child_that_is_not_written_is_asked_about_until_it_is(linde: Desk) -> None:
    linde.wrote("due_date", TWINS, days_ago=3)
    assert ASKS not in linde.text()
    mother = linde.wrote("birth_mother", {"birth_mode": "spontaneous", "children_born": "2"})
    assert ASKS not in linde.text()
    first = linde.wrote("birth_child", born(1))
    text = linde.text()
    assert ASKS in text
    for words in ("in deze zwangerschap: 2", "volgens de bevalling: 2", "is beschreven: 1"):
        assert words in text, words
    for entry in (mother, first):
        assert f'<a href="{linde.dossier}{entry.pk}/">' in text.partition(ASKS)[2][:1500]
    linde.wrote("birth_child", born(2))
    assert ASKS not in linde.text()


def test_it_is_said_while_typing_and_stops_nobody(linde: Desk) -> None:
    linde.wrote("due_date", TWINS, days_ago=3)
    typed = {"birth_mode-0": "spontaneous", "children_born-0": "1"}
    linde.post("concept/birth_mother/", typed)
    text = linde.text("nieuw/birth_mother/")
    assert ASKS in text and "volgens de bevalling: 1" in text
    assert ASKS not in linde.text("nieuw/note/")
    linde.finish("birth_mother", typed)
    assert Entry.objects.filter(form="birth_mother").exists()
    assert ASKS in linde.text()
    version = linde.pregnancy.versions.last()
    assert version is not None and version.children == 1


def test_children_born_alone_makes_her_a_mother_of_twins(linde: Desk) -> None:
    linde.wrote("birth_mother", {"birth_mode": "spontaneous", "children_born": "2"})
    version = linde.pregnancy.versions.last()
    assert version is not None and version.children == 2
    assert "Kind 2 · Geboorte" in linde.text("nieuw/birth_child/")
    assert ASKS not in linde.text()
