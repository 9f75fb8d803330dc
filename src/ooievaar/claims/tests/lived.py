"""A network whose claims lived a little: granted, paid, refused, in part, stuck and too late."""

import re
import time
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from ooievaar.claims.models import Batch, ClaimLine
from ooievaar.claims.paying import take_payment
from ooievaar.claims.tests.region import Claims, bsn
from ooievaar.network.models import Membership, Organisation, Position
from ooievaar.network.roles import Role
from ooievaar.network.tests.people import come_in, position
from ooievaar.record.access_log.models import AccessSubject
from ooievaar.record.models import Coverage, Pregnancy, PregnancyVersion, TreatmentRelation

SINCE = date(2025, 1, 1)
WORDS_OF_TRANSACTIONS = ("BEGIN", "SAVEPOINT", "RELEASE", "COMMIT", "ROLLBACK")
WOMEN = ("granted", "switched", "tariff", "paid", "unanswered", "no_bsn", "too_late")


@dataclass
class Lived:
    """The claims of seven women with one insurer each, and who works with them."""

    claims: Claims
    practice: Organisation
    women: dict[str, Pregnancy]
    keys: dict[str, str]

    def line(self, name: str) -> ClaimLine:
        """Return the newest line of a woman's product."""
        return ClaimLine.objects.filter(key=self.keys[name]).latest("pk")

    def batch(self, name: str) -> Batch:
        """Return the file in which a woman's line went last."""
        return Batch.objects.filter(batch_lines__line=self.line(name)).latest("pk")

    def position(self, role: Role) -> Position:
        """Let somebody new work in a role of this network."""
        if role in (Role.CONTROLLER, Role.APPROVER):
            held = {
                Role.CONTROLLER: self.claims.controller,
                Role.APPROVER: self.claims.approver,
            }[role]
            return Position.objects.get(pk=held.position_id)
        return position(role, network=self.claims.network)

    def client(self, role: Role) -> Client:
        """Return a client in which somebody in a role came in a moment ago."""
        return self.at_once(self.position(role))

    @staticmethod
    def at_once(held: Position) -> Client:
        """Return a client in which somebody came in a moment ago."""
        client = come_in(Client(), held)
        session = client.session
        steps = session["account_authentication_methods"]
        now = {"at": time.time(), "reauthenticated": True}
        session["account_authentication_methods"] = [{**step, **now} for step in steps]
        session.save()
        return client


def lived(folder: Path) -> Lived:
    """Live through it: two files are answered, one is not, and three products wait for a person."""
    claims = Claims(folder)
    practice = Organisation.objects.create(
        agb="08765432", name="Praktijk De Linde", discipline="midwives"
    )
    Membership.objects.create(
        network=claims.network, organisation=practice, kind="voting", valid_from=SINCE
    )
    made = Lived(claims, practice, {}, {})
    for number, name in enumerate(WOMEN):
        woman = claims.woman(bsn=None if name == "no_bsn" else bsn(40_000 + 50 * number))
        made.women[name] = woman
        insurer = 1 if name in ("paid", "unanswered") else 0
        _treated(made, woman, insurer)
        if name in ("unanswered", "too_late"):
            continue
        made.keys[name] = claims.product(woman, 60_000 + 1_000 * number, insurer)
    first, second = claims.sent()
    refused = {
        made.line("switched").reference: (0, "0320"),
        made.line("tariff").reference: (50_000, "0611"),
    }
    claims.answered(first, refused)
    claims.answered(second)
    take_payment(second, cents=63_000, paid_on=claims.today, reference="B1", now=claims.now)
    made.keys["unanswered"] = claims.product(made.women["unanswered"], 64_000, 1)
    claims.sent()
    made.keys["too_late"] = claims.product(made.women["too_late"], 66_000, 0)
    claims.owed[made.keys["too_late"]]["claimable_on"] = date(2024, 12, 1)
    claims.owed[made.keys["too_late"]]["starts_on"] = date(2024, 6, 1)
    claims.reconcile()
    return made


def _treated(made: Lived, woman: Pregnancy, insurer: int) -> None:
    Coverage.objects.create(
        woman=woman.woman, insurer=made.claims.insurers[insurer], valid_from=SINCE
    )
    TreatmentRelation.objects.create(
        pregnancy=woman,
        organisation=made.practice,
        basis=TreatmentRelation.Basis.CARE,
        valid_from=SINCE,
    )
    PregnancyVersion.objects.create(
        pregnancy=woman,
        recorded_on=SINCE,
        first_intake_on=date(2025, 7, 1),
        first_intake_organisation=made.practice,
        due_on=date(2026, 2, 1),
    )


def words(html: str) -> str:
    """Return what stands on a page, without its tags."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html)).replace("\xa0", " ")


def queries_of(client: Client, address: str) -> list[str]:
    """Return what a page asks the database, words of transactions left out."""
    with CaptureQueriesContext(connection) as asked:
        client.get(address)
    sentences = [str(query["sql"]) for query in asked.captured_queries]
    return [sql for sql in sentences if not sql.startswith(WORDS_OF_TRANSACTIONS)]


def token(html: str) -> str:
    """Return the signed answers of a page."""
    return html.split('name="antwoorden" value="')[1].split('"')[0]


def noted(kind: str, object_type: str) -> set[int]:
    """Return the women of whom an event of this kind was noted."""
    subjects = AccessSubject.objects.filter(event__kind=kind, event__object_type=object_type)
    return set(subjects.values_list("woman_id", flat=True))
