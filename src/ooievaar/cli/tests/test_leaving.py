"""`ooievaar leave`: first what would happen, then with --yes that it happens."""

from datetime import timedelta
from typing import Any

import pytest
import typer
from django.utils import timezone
from typer.testing import CliRunner

from ooievaar.cli import leaving as command
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Membership
from ooievaar.record.entries.models import Entry
from ooievaar.record.entries.tests.writing import Desk
from ooievaar.record.models import TreatmentRelation
from ooievaar.record.tests.care_region import CareRegion

pytestmark = pytest.mark.django_db


@pytest.fixture
def region() -> CareRegion:
    region = CareRegion()
    note = Desk(region, "zee").wrote("note", {"note_text": "gezien"})
    Desk(region, "zee").wrote("note", {"note_text": "gezien, en gebeld"}, replaces=note)
    return region


def run(region: CareRegion, name: str, *words: str) -> Any:
    app = typer.Typer()
    command.register(app)
    app.callback()(lambda: None)
    on = [] if "--on" in words else ["--on", timezone.localdate().isoformat()]
    agb = region.organisations[name].agb if name in region.organisations else name
    return CliRunner().invoke(app, ["leave", agb, *on, *words])


def refusal(*words: Any) -> str:
    result = run(*words)
    assert isinstance(result.exception, InputRejected), result.output
    return str(result.exception.faults[0])


def state(region: CareRegion, name: str) -> tuple[bool, bool]:
    """Return whether it is still a member, and still treats somebody."""
    now = {"organisation": region.organisations[name], "valid_until__gt": timezone.localdate()}
    return (
        Membership.objects.filter(**now).exists(),
        TreatmentRelation.objects.filter(**now).exists(),
    )


def test_a_trial_tells_what_ends_and_what_is_kept_and_changes_nothing(region: CareRegion) -> None:
    result = run(region, "zee")
    assert result.exit_code == 0, result.output
    for words in (
        "Zee verlaat IGO Waterland op ",
        "wat anderen schreven van 1 zwangerschap;",
        "Houdt het eigen dossier: 1 vermelding over 1 vrouw (bewaarplicht).",
        "er is niets veranderd. Met --yes gebeurt het.",
    ):
        assert words in result.output
    assert "Noor" not in result.output and "over te dragen" not in result.output
    assert state(region, "zee") == (True, True)


def test_with_yes_it_happens_and_the_words_are_those_of_the_trial(region: CareRegion) -> None:
    trial, done = run(region, "zee").output, run(region, "zee", "--yes").output
    assert done.splitlines()[:-1] == trial.splitlines()[:-1]
    assert done.rstrip().endswith("Gedaan.")
    assert state(region, "zee") == (False, False)
    assert Entry.objects.filter(organisation=region.organisations["zee"]).count() == 2


def test_whom_it_is_responsible_for_is_handed_over_first(region: CareRegion) -> None:
    result = run(region, "linde", "--yes")
    assert "van 0 zwangerschappen" in result.output
    assert "Nog over te dragen: 1 zwangerschap; die ziet zij tot dan." in result.output
    assert state(region, "linde") == (False, True)


def test_what_cannot_be_is_refused_in_words(region: CareRegion) -> None:
    tomorrow = (timezone.localdate() + timedelta(days=1)).isoformat()
    assert "Kies de dag zelf of een eerdere" in refusal(region, "zee", "--on", tomorrow)
    assert "een datum als" in refusal(region, "zee", "--on", "gisteren")
    assert "AGB-code van een organisatie" in refusal(region, "00000000")
    assert "nam toen niet deel" in refusal(region, "zee", "--on", "2019-12-31")
    assert "één van: IGO Waterland" in refusal(region, "zee", "--network", "Elders")
    assert state(region, "zee") == (True, True)
