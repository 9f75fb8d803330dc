"""Who sees a part is told so: nobody may read "not recorded" into what is not shared."""

import re

import pytest
from django.utils.html import strip_tags

from ooievaar.record.entries.commands import mark_in_error
from ooievaar.record.entries.tests.writing import MOST_QUERIES, Desk, queries_of
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db
UNSEEN = "niet vastgelegd, of niet met u gedeeld"
MORE = "Anderen legden meer over haar vast dan u hier ziet"


@pytest.fixture
def region() -> CareRegion:
    return CareRegion()


def words(desk: Desk, rest: str = "") -> str:
    return re.sub(r"\s+", " ", strip_tags(desk.text(rest)))


def facts(desk: Desk, rest: str = "") -> tuple[str, str]:
    """Return what stands on the banner as risk and as allergies and alerts."""
    told = dict(
        re.findall(
            r"<dt>(Risico|Allergieën en waarschuwingen)</dt><dd>(.*?)</dd>", desk.text(rest), re.S
        )
    )
    risk, alerts = told["Risico"], told["Allergieën en waarschuwingen"]
    return tuple(re.sub(r"\s+", " ", strip_tags(one)).strip() for one in (risk, alerts))  # type: ignore[return-value]


@pytest.mark.parametrize("name", ["kraam", "echo"])
def test_what_is_not_shared_is_not_called_unrecorded(region: CareRegion, name: str) -> None:
    desk = Desk(region, name)
    midwife = Desk(region, "linde")
    midwife.wrote("anamnesis", {"allergies": "latex"})
    midwife.wrote("risk", {"vil_status": "C"})
    assert facts(desk) == (UNSEEN, UNSEEN)
    assert facts(desk, "nieuw/note/") == (UNSEEN, UNSEEN), "on every page"
    assert MORE in words(desk) and "latex" not in words(desk).lower()


def test_what_one_wrote_oneself_is_not_all_there_is(region: CareRegion) -> None:
    """Kraamzorg heard of no allergies; the midwife recorded one, and it is not shared."""
    carer = Desk(region, "kraam")
    carer.wrote("anamnesis", {"allergies": "none"})
    Desk(region, "linde").wrote("anamnesis", {"allergies": "latex"})
    assert facts(carer)[1] == "geen bekend voor zover met u gedeeld"
    region.says("", "", is_given=True)
    assert facts(carer)[1] == "Latex voor zover met u gedeeld"


def test_who_treats_with_all_of_it_reads_that_nothing_was_recorded(region: CareRegion) -> None:
    Desk(region, "zee").wrote("note", {"note_text": "dag"})
    desk = Desk(region, "linde")
    assert facts(desk) == ("niet vastgelegd", "niet vastgelegd")
    assert MORE not in words(desk)


def test_an_objection_makes_a_part_of_everything(region: CareRegion) -> None:
    entry = Desk(region, "zee").wrote("anamnesis", {"allergies": "latex"})
    desk = Desk(region, "linde")
    assert facts(desk)[1] == "Latex"
    region.says("zee", "linde", is_given=False)
    assert facts(desk) == (UNSEEN, UNSEEN)
    assert MORE in words(desk)
    mark_in_error(
        entry, "verkeerde vrouw", organisation=region.organisations["zee"],
        person=Desk(region, "zee").held.person, role="clinical_carer", at=entry.recorded_at,
    )  # fmt: skip
    assert MORE not in words(desk), "what was an error tells nothing of her"


def test_a_part_reader_of_whom_nothing_is_kept_is_not_told_that_there_is_more(
    region: CareRegion,
) -> None:
    desk = Desk(region, "kraam")
    assert facts(desk) == (UNSEEN, UNSEEN)
    assert MORE not in words(desk)


def test_of_another_part_she_agreed_to_nothing(region: CareRegion) -> None:
    """She agreed; the laboratory is still of no part of kraamzorg's."""
    region.says("", "", is_given=True)
    midwife, desk = Desk(region, "linde"), Desk(region, "kraam")
    midwife.wrote("anamnesis", {"allergies": "latex"})
    assert MORE not in words(desk)
    midwife.wrote("laboratory", {"hiv": "negative"})
    assert MORE in words(desk)
    assert "hiv" not in words(desk).lower()


@pytest.mark.parametrize("name", ["kraam", "linde"])
def test_it_costs_no_query(region: CareRegion, name: str) -> None:
    Desk(region, "zee").wrote("laboratory", {"hiv": "negative"})
    region.says("", "", is_given=False)
    desk = Desk(region, name)
    assert MORE in words(desk)
    for rest in ("", "nieuw/note/"):
        assert len(queries_of(desk.client, desk.dossier + rest)) <= MOST_QUERIES
