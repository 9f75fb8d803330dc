"""What was known of a pregnancy on a day, whatever somebody wrote down for later."""

from datetime import date

import pytest

from ooievaar.network.models import Organisation
from ooievaar.record.models import Pregnancy, PregnancyVersion, Woman
from ooievaar.record.versions import newest_first, newest_versions

pytestmark = pytest.mark.django_db
TODAY = date(2026, 11, 22)


def pregnancy(name: str, *known: tuple[date, str]) -> Pregnancy:
    practice, _made = Organisation.objects.get_or_create(
        agb="08010001", name="Duin", discipline="midwives"
    )
    made = Pregnancy.objects.create(woman=Woman.objects.create(reference=name), reference=name)
    for day, end_kind in known:
        PregnancyVersion.objects.create(
            pregnancy=made,
            recorded_on=day,
            first_intake_on=date(2026, 5, 1),
            first_intake_organisation=practice,
            due_on=date(2026, 12, 3),
            end_kind=end_kind,
        )
    return made


def test_the_newest_known_today_counts_and_not_what_is_written_down_for_later() -> None:
    noor = pregnancy(
        "Noor",
        (date(2026, 5, 2), "ongoing"),
        (TODAY, "ongoing"),
        (date(2026, 12, 18), "birth"),
    )
    (known,) = newest_versions(TODAY)
    assert (known.pregnancy, known.recorded_on) == (noor, TODAY)
    assert newest_first(TODAY).filter(pregnancy=noor).first() == known
    (later,) = newest_versions(date(2026, 12, 18))
    assert later.end_kind == "birth"


def test_of_two_on_one_day_the_last_written_counts() -> None:
    els = pregnancy("Els", (TODAY, "ongoing"), (TODAY, "miscarriage"))
    assert newest_versions(TODAY).get().end_kind == "miscarriage"
    assert newest_first(TODAY).filter(pregnancy=els)[0].end_kind == "miscarriage"


def test_of_whom_nothing_was_known_yet_is_told_what_became_known() -> None:
    wil = pregnancy("Wil", (date(2026, 12, 1), "ongoing"))
    assert not newest_versions(TODAY).exists()
    assert newest_first(TODAY).filter(pregnancy=wil)[0].recorded_on == date(2026, 12, 1)
