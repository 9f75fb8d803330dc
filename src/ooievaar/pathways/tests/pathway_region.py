"""A region with pathways for the stories of the pages: Noor of De Linde, and who decides."""

import time
from datetime import date
from typing import Any

from django.conf import settings
from django.test import Client
from django.utils import timezone

from ooievaar.network.models import Person, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.pathways import commands
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.shipped import newest
from ooievaar.record.models import Pregnancy
from ooievaar.record.tests.care_region import DISCIPLINES, ROLES, CareRegion

SINCE = date(2017, 1, 1)

CTG = """\
key: ctg_thuis
kind: addition
title_nl: CTG thuis
title_en: CTG at home
summary_nl: Het CTG gebeurt {where}.
summary_en: The CTG is made {where}.
is_example: false
verified: false
source: REGIO
for_whom:
  sentence_nl: Wie minder leven voelt.
  sentence_en: Who feels fewer movements.
  any_of:
    - all:
        - {{element: fetal_movements, is: less}}
sources:
  - short: REGIO
    title: Afspraak van de regio
activities:
  - key: ctg
    name_nl: CTG bij minder leven
    name_en: CTG for fewer movements
    gestation: {{from: 28+0, until: 42+0}}
    discipline: {discipline}
    line: {line}
    role: {role}
    form: ctg
    codes: [{code}]
    effort:
{effort}
    source: REGIO
"""
HOSPITAL = "      - {discipline: hospital, line: secondary, minutes: 60}"
MIDWIFE = "      - {discipline: midwives, line: primary, minutes: 45}"


def ctg_in_hospital() -> str:
    """Return the pathway as it was: the hospital makes the CTG."""
    return CTG.format(
        where="in het ziekenhuis", discipline="hospital", line="secondary",
        role="clinical_carer", code="G-CTG", effort=HOSPITAL,
    )  # fmt: skip


def ctg_by_midwife(*, hospital_too: bool = False) -> str:
    """Return the shift: the midwife makes it; `hospital_too` as in The Hague."""
    effort = f"{HOSPITAL}\n{MIDWIFE}" if hospital_too else MIDWIFE
    return CTG.format(
        where="thuis", discipline="midwives", line="primary", role="midwife", code="V-CTG",
        effort=effort,
    )  # fmt: skip


class PathwayRegion(CareRegion):
    """The network follows the shipped base; its chair, director and representative are there."""

    def __init__(self) -> None:
        super().__init__()
        self.author = Person.objects.create(username="regio", first_name="Regio")
        self.base = self.holding("basis")
        self.chair = position(Role.CHAIR, network=self.network)
        self.director = position(Role.DIRECTOR, network=self.network)
        self.representative = position(
            Role.REPRESENTATIVE, network=self.network, discipline="midwives"
        )

    def holding(self, key: str) -> PathwayVersion:
        """Let the newest shipped version of a pathway hold from long ago."""
        found, at = newest(key), timezone.now()
        assert found is not None
        made = commands.add_version(self.network, found.text, person=self.author, at=at)
        assert isinstance(made, PathwayVersion), made
        for_all: dict[str, Any] = {"person": self.author, "at": at}
        assert commands.sign(made, mandate="Regio", sha256=made.sha256, **for_all)
        assert commands.put_in_force(made, valid_from=SINCE, **for_all)
        return made

    def soon(self, weeks: int, pregnancy: Pregnancy | None = None) -> Pregnancy:
        """Let a woman be so many weeks along today."""
        found = pregnancy or self.noor
        today = timezone.localdate()
        due_on = date.fromordinal(today.toordinal() + 280 - weeks * 7)
        intake = date.fromordinal(due_on.toordinal() - 280 + 56)
        found.versions.create(
            recorded_on=min(intake, today),
            first_intake_on=intake,
            first_intake_organisation=self.organisations["linde"],
            due_on=due_on,
        )
        return found

    def place(self, name: str) -> Position:
        """Return a new colleague in an organisation."""
        return position(ROLES[DISCIPLINES[name]], organisation=self.organisations[name])

    def added(self, text: str, by: Position | None = None) -> PathwayVersion:
        """Add a version, written by the chair."""
        made = commands.add_version(
            self.network, text, person=(by or self.chair).person, at=timezone.now()
        )
        assert isinstance(made, PathwayVersion), made
        return made

    def signed(self, version: PathwayVersion, by: Position) -> None:
        """Let somebody sign a version."""
        assert commands.sign(
            version,
            person=by.person,
            mandate="besluit",
            sha256=version.sha256,
            at=timezone.now(),
        )


def at_work(held: Position) -> Client:
    """Sign somebody in who proved who they are just now."""
    client = come_in(Client(), held)
    session: Any = client.session
    steps = session["account_authentication_methods"]
    session["account_authentication_methods"] = [{**one, "at": time.time()} for one in steps]
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    return client
