"""A handful of the machine's faults on real processes and databases; `make proof` does hundreds.

Each check is held against a product that was broken on purpose: it has to notice.
"""

from collections.abc import Callable
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone
from django.utils.module_loading import autodiscover_modules
from django_tasks_db.models import DBTaskResult

from ooievaar.claims import channel
from ooievaar.claims import sending as claim_sending
from ooievaar.claims.job_kinds import prepare_files
from ooievaar.claims.models import Batch
from ooievaar.claims.standing import writing
from ooievaar.settlement.payments import sending as payment_sending
from ooievaar.ui import jobs
from ooievaar.ui.jobs import Outcome, Report, forget_queue
from ooievaar.ui.models import Job
from ooievaar.ui.tests.real_database import RealDatabase
from proof.kill_cases import Cases
from proof.kill_office import Office
from proof.kill_payment import Payment
from proof.kill_stage import Ended, Stage, at
from proof.kill_submission import Submission

pytestmark = pytest.mark.django_db

LEARNED: dict[str, dict[str, Ended]] = {}
KILLS = range(6)
OTHERS = [("full", 1), ("full", 2), ("clock", 0), ("clock", 1), ("together", 0), ("together", 3)]
CUTS = [("cut", 0), ("cut", 1)]


def cases_of(made: Callable[[Path], Office], folder: Path) -> Cases:
    office = made(folder)
    cases = Cases(Stage(folder, "").freeze(), office)
    if office.name not in LEARNED:
        assert cases.learn() == []
        LEARNED[office.name] = cases.met
    cases.met = LEARNED[office.name]
    return cases


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("OOIEVAAR_CLAIMS_FOLDER", "OOIEVAAR_BANK_FOLDER"):
        monkeypatch.delenv(name, raising=False)


@pytest.mark.parametrize("made", [Submission, Payment])
def test_whatever_the_machine_does_it_is_sent_once_and_paid_once(
    made: Callable[[Path], Office], real_database: RealDatabase, tmp_path: Path
) -> None:
    cases = cases_of(made, tmp_path)
    killed = [cases.one("kill", seed) for seed in KILLS]
    others = OTHERS + (CUTS if connection.vendor == "postgresql" else [])
    struck = [cases.one(fault, seed) for fault, seed in others]
    assert [(one.words, one.wrong) for one in killed + struck if one.wrong] == []
    assert sum(one.struck for one in killed) >= len(KILLS) - 1


def delivers_before_it_commits(sending: Any, own_channel: Callable[[], Any]) -> None:
    store, put = sending._store, channel.FolderChannel.put

    def early(subject: Any, *more: Any) -> Any:
        with writing():
            made = store(subject, *more)
            file = sending.ClaimFile if sending is claim_sending else sending.PaymentFile
            for one in file.objects.order_by("-pk")[:1]:
                put_now(own_channel(), one.name, one.content.encode("iso-8859-1"))
            return made

    def put_now(to: Any, name: str, content: bytes) -> None:
        channel.FolderChannel.put(to, name, content)

    assert put is channel.FolderChannel.put
    sending._store = early


def forgets_what_it_delivered() -> None:
    def put(self: channel.FolderChannel, name: str, content: bytes) -> None:
        channel._write(self.out / name, content)

    channel.FolderChannel.put = put  # type: ignore[method-assign]


def writes_where_others_read() -> None:
    def write(path: Path, content: bytes) -> None:
        with open(path, "wb") as file:
            file.write(content)

    channel._write = write


def says_done_and_did_nothing() -> None:
    autodiscover_modules("job_kinds")
    jobs.KINDS["send_claims"] = lambda job, report: Outcome("klaar")


def says_that_nothing_was_stored() -> None:
    jobs.FAILED = "Er ging iets mis en er is niets opgeslagen."


EARLY_CLAIM = partial(delivers_before_it_commits, claim_sending, channel.own_channel)
EARLY_RUN = partial(delivers_before_it_commits, payment_sending, payment_sending.own_bank_channel)
DELIVERIES = [("kill", seed) for seed in range(5, 200, 10)]
FILES = [("kill", seed) for n in range(0, 200, 10) for seed in (n + 1, n + 4, n + 7)]
FULL = [("full", seed) for seed in range(1, 40, 2)]


@pytest.mark.parametrize(
    ("made", "mutant", "tried", "words"),
    [
        (Submission, EARLY_CLAIM, DELIVERIES, "delivered before it was stored"),
        (Submission, forgets_what_it_delivered, DELIVERIES, "was handed"),
        (Submission, writes_where_others_read, FILES, "other than what was stored"),
        (Submission, says_done_and_did_nothing, DELIVERIES, "is done, and its work is not"),
        (Submission, says_that_nothing_was_stored, FULL, "says that nothing was stored"),
        (Payment, EARLY_RUN, DELIVERIES, "handed over before it was stored"),
        (Payment, forgets_what_it_delivered, DELIVERIES, "the bank cannot execute"),
    ],
)
def test_what_is_broken_on_purpose_is_noticed(
    made: Callable[[Path], Office],
    mutant: Callable[[], None],
    tried: list[tuple[str, int]],
    words: str,
    real_database: RealDatabase,
    tmp_path: Path,
) -> None:
    cases = cases_of(made, tmp_path)
    cases.mutant = mutant
    found = (cases.one(fault, seed) for fault, seed in tried)
    noticed = next((one for one in found if any(words in told for told in one.wrong)), None)
    assert noticed, f"{len(tried)} cases noticed nothing"


def test_files_that_a_killed_worker_prepared_are_told_by_the_next(
    real_database: RealDatabase, tmp_path: Path
) -> None:
    office = Submission(tmp_path)
    with at(office.now):
        before = Batch.objects.count()
        job = Job.objects.get(kind="prepare_claims")
        first = prepare_files(job, Report())
        job.attempts = 2
        again = prepare_files(job, Report())
    assert Batch.objects.count() == before + 1
    assert first == again and first.values == {"count": 1}
    assert office.is_done(job.parameters)


def test_a_place_in_the_queue_whose_worker_was_killed_at_the_end_is_not_kept_for_good() -> None:
    now = timezone.now()
    for days in (1, 20):
        DBTaskResult.objects.create(
            status="RUNNING", args_kwargs={"args": [], "kwargs": {}}, task_path="x",
            backend_name="default", run_after=now, started_at=now - timedelta(days=days),
        )  # fmt: skip
    assert forget_queue(now - timedelta(days=14)) == 1
    assert DBTaskResult.objects.get().started_at == now - timedelta(days=1)
