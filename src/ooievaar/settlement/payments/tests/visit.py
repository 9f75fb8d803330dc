"""People at the pages of payments: each with a browser, and what the worker does between."""

import re
import time
from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from ooievaar.network.models import Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.settlement.payments.job_kinds import hand_over, look
from ooievaar.settlement.payments.models import PaymentRun
from ooievaar.settlement.payments.tests.world import World
from ooievaar.ui.jobs import Report
from ooievaar.ui.models import Job

RUNS = "/boekhouding/betalingen/"
PROPOSE, BANK = f"{RUNS}voorstellen/", f"{RUNS}afschriften/"
ACCOUNTS, OURS, AHEAD = (
    "/boekhouding/rekeningen/",
    "/ons-geld/rekening/",
    "/boekhouding/voorschotten/",
)
WORDS_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")


class Visit:
    """A network with partners, and its people, each with a browser."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.come_in()

    def come_in(self) -> None:
        world = self.world
        self.controller = browser(Position.objects.get(pk=world.controller.position_id))
        self.approver = browser(Position.objects.get(pk=world.approver.position_id))

    def next_day(self) -> None:
        self.world.next_day()
        self.come_in()

    def at(self, role: Role) -> Client:
        return browser(position(role, network=self.world.network))

    def proposed(self, rule: str = "paid", **more: str) -> PaymentRun:
        """Take what is payable to the approver, through the pages."""
        self.looked(rule)
        answer = self.controller.post(PROPOSE, {"doe": "aanbieden", "note": "", **more})
        assert answer.headers.get("Location") == f"{PROPOSE}controleren/", words(answer)
        confirm(self.controller, f"{PROPOSE}controleren/")
        return PaymentRun.objects.latest("pk")

    def looked(self, rule: str = "paid") -> str:
        asked = {"doe": "kijken", "pay_on": self.world.pay_day().isoformat(), "rule": rule}
        answer = self.controller.post(PROPOSE, asked)
        assert answer.status_code == 302, words(answer)
        worked("look_at_payments", look)
        return said(self.controller, PROPOSE)

    def decided(self, run: PaymentRun, decision: str = "goedkeuren", reason: str = "") -> str:
        address = f"{RUNS}{run.pk}/"
        asked = {"doe": "besluiten", "decision": decision, "reason": reason}
        answer = self.approver.post(address, asked)
        assert answer.headers.get("Location") == f"{address}besluit/", words(answer)
        return confirm(self.approver, f"{address}besluit/")

    def sent(self, run: PaymentRun) -> None:
        confirm(self.controller, f"{RUNS}{run.pk}/naar-de-bank/")
        worked("send_payment_run", hand_over)
        self.world.bank.collect()

    def told(self) -> Any:
        file = SimpleUploadedFile("afschrift.xml", self.world.bank.statement())
        return self.controller.post(BANK, {"file": file}, follow=True)


def browser(held: Position) -> Client:
    """A client that came in, and said a moment ago who it is."""
    client = come_in(Client(), held)
    session = client.session
    session["account_authentication_methods"] = [
        {"method": "password", "at": time.time(), "reauthenticated": True},
        {"method": "mfa", "type": "totp", "at": time.time()},
    ]
    session.save()
    return client


def worked(kind: str, work: Any) -> None:
    """Do the job that was asked last, as the worker would."""
    job = Job.objects.filter(kind=kind).latest("created_at")
    outcome = work(job, Report())
    job.state, job.message, job.result = Job.State.DONE, outcome.message, outcome.result
    job.ended_at = timezone.now()
    job.save()


def said(client: Client, address: str, status: int = 200) -> str:
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return words(answer)


def words(answer: Any) -> str:
    html = re.sub(r"<[^>]+>", " ", answer.content.decode())
    return re.sub(r"\s+", " ", html).replace("\xa0", " ")


def token(client: Client, address: str) -> str:
    page = client.get(address).content.decode()
    return page.split('name="antwoorden" value="')[1].split('"')[0]


def confirm(client: Client, address: str) -> str:
    """Say yes to what a page shows, and return what is shown then."""
    answers = {"antwoorden": token(client, address)}
    return words(client.post(address, answers, follow=True))


def queries_of(client: Client, address: str) -> list[str]:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    sentences = [str(query["sql"]) for query in asked.captured_queries]
    return [sql for sql in sentences if not sql.startswith(WORDS_OF_TRANSACTIONS)]


def spaced(text: str) -> str:
    return " ".join(text[start : start + 4] for start in range(0, len(text), 4))
