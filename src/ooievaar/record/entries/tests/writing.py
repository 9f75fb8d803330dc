"""How stories about the pages of the record go: who sits behind them, and what they post."""

from datetime import timedelta
from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ooievaar.network.models import Position
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.entries.commands import Observed, finish
from ooievaar.record.entries.models import Entry
from ooievaar.record.models import Pregnancy
from ooievaar.record.tests.care_region import DISCIPLINES, ROLES, CareRegion

MOST_QUERIES = 12
WORDS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
CHECK = {"weight-0": "71,5", "fundus_height-0": "30", "fetal_heart_rate-1": "140"}


class Desk:
    """Somebody at work in the small region, with the record of a woman before them."""

    def __init__(self, region: CareRegion, name: str, woman: str = "noor") -> None:
        self.region, self.name = region, name
        self.held: Position = position(
            ROLES[DISCIPLINES[name]], organisation=region.organisations[name]
        )
        self.client = come_in(Client(), self.held)
        self.pregnancy: Pregnancy = getattr(region, woman)

    @property
    def dossier(self) -> str:
        return f"/zwangeren/{self.pregnancy.pk}/dossier/"

    def get(self, rest: str = "") -> Any:
        return self.client.get(self.dossier + rest)

    def text(self, rest: str = "") -> str:
        answer = self.get(rest)
        assert answer.status_code == 200, f"{rest}: {answer.status_code}"
        return str(answer.content.decode())

    def post(self, rest: str, typed: dict[str, Any], **more: Any) -> Any:
        today = timezone.localdate().isoformat()
        return self.client.post(
            self.dossier + rest,
            {"happened_on": today, "happened_at": "10:30", "count": "1", **typed},
            **more,
        )

    def finish(self, form: str, typed: dict[str, Any], **more: Any) -> Any:
        return self.post(f"nieuw/{form}/", {**typed, "doe": "klaar"}, **more)

    def wrote(
        self, form: str, values: dict[str, str], days_ago: int = 0, replaces: Entry | None = None
    ) -> Entry:
        """Write an entry without the page; values by `element` or `element:number`."""
        observed = []
        for key, value in values.items():
            element, _colon, number = key.partition(":")
            observed.append(Observed(element, value, int(number or 0)))
        made = finish(
            self.pregnancy,
            form,
            observed,
            organisation=self.held.organisation,
            person=self.held.person,
            role=self.held.role,
            happened_on=timezone.localdate() - timedelta(days=days_ago),
            at=timezone.now(),
            replaces=replaces,
        )
        assert isinstance(made, Entry), made
        return made


def queries_of(client: Client, address: str) -> list[str]:
    """Return what a page asks the database, the words of transactions left out."""
    client.get(address)  # what is kept in the process is there after the first
    with CaptureQueriesContext(connection) as asked:
        answer = client.get(address)
    assert answer.status_code == 200, f"{address}: {answer.status_code}"
    found = [str(query["sql"]) for query in asked.captured_queries]
    return [sql for sql in found if not sql.startswith(WORDS)]
