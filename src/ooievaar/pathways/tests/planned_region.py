"""The region of the record's stories with a base and an addition in force."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

from ooievaar.network.models import Organisation, Person
from ooievaar.pathways import commands
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.tests.texts import activity, days, text, weeks
from ooievaar.record.entries.models import CountedActivity, Entry, Observation
from ooievaar.record.models import CareActivity, Pregnancy
from ooievaar.record.tests.care_region import AT, INTAKE, CareRegion

DUE = date(2026, 11, 9)
CHECK = ("codes: [V-CON]", "form: prenatal_contact", "is_contact: true")
BASE = text(
    "basis",
    [
        activity("intake", weeks("6+0", "10+0"), "codes: [V-INT]", "is_first_contact: true"),
        activity("check_16", weeks("15+0", "17+0"), *CHECK),
        activity("check_30", weeks("29+0", "31+0"), *CHECK),
        activity("scan", weeks("18+0", "21+0"), "codes: [E-STR]", who="ultrasound"),
        activity("check_34", weeks("33+0", "36+0"), *CHECK),
        activity("prick", days(3, 8), "elements: [heel_prick=yes]", "for_each_child: true",
                 who="kraamzorg"),
    ],
)  # fmt: skip
DIABETES = text(
    "diabetes",
    [
        activity("gdm_34", weeks("33+0", "36+0"), "codes: [G-HER]", "replaces: [check_34]",
                 who="gynaecologists", line="secondary"),
    ],
    "addition",
    "",
    "  any_of:\n    - all:\n        - {element: complications_pregnancy, is: diabetes}\n",
)  # fmt: skip
SINCE = date(2026, 1, 1)


class PlannedRegion(CareRegion):
    """Noor's region, in which the base and the diabetes pathway hold since January.

    She had her check at 16 weeks; at `AT` she is 34 weeks and three days along.
    """

    def __init__(self) -> None:
        super().__init__()
        self.person = Person.objects.create(username="chair")
        self.act(self.noor, "linde", "V-CON", date(2026, 5, 25))
        self.base = self.held(BASE)
        self.diabetes = self.held(DIABETES)

    def held(self, written: str, since: date = SINCE, at: datetime = AT) -> PathwayVersion:
        """Add a version that is signed and in force."""
        version = self.version(written, at=at)
        self.signed(version, at)
        done = commands.put_in_force(version, person=self.person, valid_from=since, at=at)
        assert done, done
        return version

    def version(self, written: str, at: datetime = AT) -> PathwayVersion:
        """Add a version."""
        version = commands.add_version(self.network, written, person=self.person, at=at)
        assert isinstance(version, PathwayVersion), version
        return version

    def signed(self, version: PathwayVersion, at: datetime = AT) -> PathwayVersion:
        """Sign a version."""
        done = commands.sign(
            version, person=self.person, mandate="de regio", sha256=version.sha256, at=at
        )
        assert done, done
        return version

    def entry(
        self,
        form: str,
        day: date,
        *values: tuple[str, str, int],
        counted: CareActivity | None = None,
        **more: Any,
    ) -> Entry:
        """Write an entry down, as it would be stored."""
        pregnancy: Pregnancy = more.pop("pregnancy", self.noor)
        organisation: Organisation = more.pop("organisation", self.organisations["linde"])
        made = Entry.objects.create(
            woman=pregnancy.woman,
            pregnancy=pregnancy,
            form=form,
            organisation=organisation,
            happened_on=day,
            recorded_at=datetime(day.year, day.month, day.day, 12, tzinfo=UTC),
            **more,
        )
        for element, value, number in values:
            Observation.objects.create(entry=made, element=element, number=number, value=value)
        if counted is not None:
            CountedActivity.objects.create(entry=made, activity=counted)
        return made

    def moved_due_date(self, days_later: int, on: date) -> None:
        """Write down another due date."""
        self.noor.versions.create(
            recorded_on=on,
            first_intake_on=INTAKE,
            first_intake_organisation=self.organisations["linde"],
            due_on=DUE + timedelta(days=days_later),
        )

    def born(self, day: date, children: int = 1) -> None:
        """Write down the birth."""
        self.noor.versions.create(
            recorded_on=day,
            first_intake_on=INTAKE,
            first_intake_organisation=self.organisations["linde"],
            due_on=DUE,
            end_kind="birth",
            ended_on=day,
            birth_on=day,
            children=children,
        )


def on(year: int, month: int, day: int) -> datetime:
    """Return eleven o'clock (UTC) of a day."""
    return datetime(year, month, day, 11, tzinfo=UTC)
