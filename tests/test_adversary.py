"""Years in which everything goes wrong; and each invariant sees the database that was bent."""

from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from django.db import transaction
from django.db.models import F
from pytest_django.plugin import DjangoDbBlocker

from ooievaar.bundles.engine import run_rules
from ooievaar.bundles.models import Disposition, Product
from ooievaar.bundles.rules.facts import OUTPUTS
from ooievaar.bundles.snapshot import facts_at, read_snapshot
from ooievaar.claims.models import (
    BatchLine,
    BatchStep,
    ClaimLine,
    LineEvent,
    LineStanding,
    LineState,
    Payment,
)
from ooievaar.record.access_log.models import AccessEvent
from ooievaar.record.models import CareActivity, Withdrawal
from ooievaar.settlement.ledger.models import Posting, Transaction
from ooievaar.settlement.ledger.tests.books import unguarded
from ooievaar.settlement.models import ClosedProduct
from ooievaar.settlement.payments.models import PaymentLine, PaymentPart
from ooievaar.settlement.rules.stages import DERIVED
from ooievaar.simulator.adversary import invariants, living, rebuilding, settling
from ooievaar.simulator.adversary.invariants import Invariant, Seen
from ooievaar.simulator.adversary.life import Life
from ooievaar.simulator.adversary.living import live, look
from ooievaar.simulator.adversary.steps import Kind, Step, steps_of
from ooievaar.ui.tests.real_database import RealDatabase
from proof.region_years import by_kept_plans

pytestmark = pytest.mark.django_db
LIVES = (("regional", 3, 120), ("urban", 2, 170))
"""Profile, seed, and up to which step."""
BENT_AFTER = 160


@pytest.mark.parametrize(("profile", "seed", "until"), LIVES)
def test_a_year_of_trouble_breaks_nothing(
    real_database: RealDatabase, tmp_path: Path, profile: str, seed: int, until: int
) -> None:
    lived = live(seed, profile, tmp_path, until=until)
    assert lived.holds, (lived.replay, str(lived.broke_at), lived.faults)
    assert lived.steps == until
    assert min(lived.checks[name] for name in invariants.INVARIANTS) > 10
    told = lived.outcomes
    assert told["files"] > 2 and told["returns"] > 2 and told["close done"] > 2


def test_what_breaks_says_how_it_is_lived_again(
    real_database: RealDatabase, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def too_many(seen: Seen) -> Iterator[str]:
        if CareActivity.objects.exists():
            yield "there is care"

    area = invariants.Area.EVERYTHING
    monkeypatch.setitem(living.INVARIANTS, "no_care_at_all", (too_many, area))
    lived = live(5, "urban", tmp_path)
    assert lived.broke_at is not None and lived.broke_at.kind == Kind.IMPORT
    assert lived.faults == ["no_care_at_all: there is care"]
    number = lived.broke_at.number
    assert lived.replay == (f"ooievaar simulate --profile urban --seed 5 --until {number} --check")


def test_after_a_step_all_is_asked_that_it_can_touch_and_after_a_night_all(
    region: "Region",
) -> None:
    step = steps_of(0, "urban")[0]

    def asked(kind: Kind) -> set[str]:
        area = living.DOING[kind][1]
        return {name for name, _ in living._asked(region.seen, region.life, step, area, None)}

    every = {*invariants.INVARIANTS, "standings_are_the_same", "books_are_the_same"}
    of_claims = {"claimed_is_explained", "insurers_agree", "no_line_sent_twice"}
    assert asked(Kind.NIGHT) == every
    assert asked(Kind.APPROVE) == {"audit_chain_holds"}
    assert asked(Kind.SEND) == {"audit_chain_holds", "standings_are_the_same", *of_claims}
    assert asked(Kind.SEND_RUN) == every - of_claims - {"standings_are_the_same", "one_disposition"}


def test_plans_that_are_kept_give_a_closing_what_the_rules_planned_anew_give(
    region: "Region",
) -> None:
    network, today = region.seen.network, region.seen.today
    facts = facts_at(read_snapshot(network), until=today, known_until=today)
    anew, kept = run_rules(facts.tables), by_kept_plans(facts.tables)
    for name in OUTPUTS.keys() | DERIVED.keys():
        rows = [sorted(map(str, one.sql(f"FROM {name}").fetchall())) for one in (anew, kept)]
        assert rows[0] == rows[1] and rows[0], name


@dataclass
class Region:
    """A region that lived some months, and what the invariants look at."""

    seen: Seen
    life: Life


@pytest.fixture(scope="module")
def region(
    django_db_setup: None,
    django_db_blocker: DjangoDbBlocker,
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[Region]:
    folder = tmp_path_factory.mktemp("leven")
    with django_db_blocker.unblock(), transaction.atomic():
        lived = live(1, "regional", folder, until=BENT_AFTER)
        assert lived.holds, (lived.replay, lived.faults)
        assert lived.life is not None
        last = Step(0, date(2025, 9, 1), Kind.NIGHT, "2025-08", 0)
        settling.night(lived.life, last)
        lived.life.followed, lived.life.just_derived = None, False
        yield Region(look(lived.life, last), lived.life)
        transaction.set_rollback(True)


def a_disposition_is_gone(_: Seen) -> None:
    Disposition.objects.order_by("pk")[0].delete()


def a_withdrawn_act_counts(seen: Seen) -> None:
    act = CareActivity.objects.filter(disposition__isnull=False).order_by("pk")[0]
    made = Withdrawal.objects.create(activity=act, recorded_on=act.recorded_on, reason="vergissing")
    object.__setattr__(seen, "derived_to", (seen.derived_to[0], made.pk))


def a_grant_is_a_cent_more(_: Seen) -> None:
    granted = LineEvent.objects.filter(cause="return", granted_cents__gt=0).order_by("-pk")[0]
    LineEvent.objects.filter(pk=granted.pk).update(granted_cents=F("granted_cents") + 1)


def an_answer_is_gone(_: Seen) -> None:
    answered = LineEvent.objects.filter(cause="return").order_by("-pk")[0]
    LineEvent.objects.filter(pk=answered.pk).update(cause="other")


def a_receipt_is_a_cent_more(_: Seen) -> None:
    Payment.objects.filter(pk=Payment.objects.latest("pk").pk).update(cents=F("cents") + 1)


def a_part_of_a_run_is_a_cent_more(_: Seen) -> None:
    part = PaymentPart.objects.filter(kind="partner_payable").latest("pk")
    PaymentPart.objects.filter(pk=part.pk).update(cents=F("cents") + 1)


def a_posting_is_a_cent_more(_: Seen) -> None:
    one = Posting.objects.filter(account__kind="bank").latest("pk")
    Posting.objects.filter(pk=one.pk).update(cents=F("cents") + 1)


def a_cent_went_to_another_account(_: Seen) -> None:
    (one, other, *_rest) = Posting.objects.filter(
        transaction=Transaction.objects.filter(cause_kind="closed_product").earliest("pk")
    ).order_by("pk")
    Posting.objects.filter(pk=one.pk).update(cents=F("cents") + 1)
    Posting.objects.filter(pk=other.pk).update(cents=F("cents") - 1)


def a_closed_product_is_a_cent_more(_: Seen) -> None:
    one = ClosedProduct.objects.latest("pk")
    ClosedProduct.objects.filter(pk=one.pk).update(cents=F("cents") + 1)


def an_event_says_otherwise(_: Seen) -> None:
    AccessEvent.objects.filter(number=3).update(place_name="elders")


def a_line_claims_a_cent_more(_: Seen) -> None:
    line = ClaimLine.objects.filter(standing__state__in=("granted", "paid")).earliest("pk")
    ClaimLine.objects.filter(pk=line.pk).update(cents=F("cents") + 1)


def a_line_goes_in_two_files(_: Seen) -> None:
    came_back = LineEvent.objects.filter(state=LineState.REFUSED_BY_PORTAL)
    gone = BatchLine.objects.filter(batch__steps__state=BatchStep.State.SENT)
    line = gone.exclude(line__in=came_back.values("line")).earliest("pk")
    other = gone.exclude(batch=line.batch).earliest("pk")
    BatchLine.objects.create(batch=other.batch, line=line.line, detail_number=9_999)


def a_file_reached_them_twice(seen: Seen) -> None:
    books = next(one for one in seen.other_side.books.values() if one.files)
    file = next(iter(books.files.values()))
    file.references.append(file.references[0])


def the_bank_paid_something_else(seen: Seen) -> None:
    reference = next(iter(seen.bank.executed))
    seen.bank.executed[reference] += 1


def a_run_is_a_cent_more(_: Seen) -> None:
    line = PaymentLine.objects.filter(cents__gt=0).latest("pk")
    PaymentLine.objects.filter(pk=line.pk).update(cents=F("cents") + 1)


def a_product_is_a_cent_more(_: Seen) -> None:
    one = Product.objects.filter(is_open=False).earliest("pk")
    Product.objects.filter(pk=one.pk).update(cents=F("cents") + 1)


def a_standing_is_a_cent_more(_: Seen) -> None:
    one = LineStanding.objects.earliest("pk")
    LineStanding.objects.filter(pk=one.pk).update(paid_cents=F("paid_cents") + 1)


def her_conclusions(seen: Seen) -> Iterator[str]:
    """Ask it of the woman whose product was bent."""
    product = Product.objects.filter(is_open=False).earliest("pk")
    until = product.derivation.until
    return rebuilding.her_conclusions_are_the_same(seen, product.pregnancy.woman_id, until)


BENDS: list[tuple[Invariant, Callable[[Seen], None]]] = [
    (invariants.one_disposition, a_disposition_is_gone),
    (invariants.one_disposition, a_withdrawn_act_counts),
    (invariants.claimed_is_explained, a_grant_is_a_cent_more),
    (invariants.claimed_is_explained, an_answer_is_gone),
    (invariants.received_is_explained, a_receipt_is_a_cent_more),
    (invariants.money_is_proved, a_part_of_a_run_is_a_cent_more),
    (invariants.bank_agrees, a_posting_is_a_cent_more),
    (invariants.ledger_balances, a_posting_is_a_cent_more),
    (invariants.ledger_balances, a_cent_went_to_another_account),
    (invariants.audit_chain_holds, an_event_says_otherwise),
    (invariants.insurers_agree, a_line_claims_a_cent_more),
    (invariants.no_line_sent_twice, a_line_goes_in_two_files),
    (invariants.no_line_sent_twice, a_file_reached_them_twice),
    (invariants.no_partner_paid_twice, the_bank_paid_something_else),
    (invariants.no_partner_paid_twice, a_run_is_a_cent_more),
    (invariants.no_partner_paid_twice, a_part_of_a_run_is_a_cent_more),
    (rebuilding.conclusions_are_the_same, a_product_is_a_cent_more),
    (her_conclusions, a_product_is_a_cent_more),
    (rebuilding.books_are_the_same, a_cent_went_to_another_account),
    (rebuilding.standings_are_the_same, a_standing_is_a_cent_more),
]


@pytest.mark.parametrize(
    ("invariant", "bend"), BENDS, ids=[f"{one.__name__}-{bend.__name__}" for one, bend in BENDS]
)
def test_an_invariant_sees_what_was_bent(
    region: Region, invariant: Invariant, bend: Callable[[Seen], None]
) -> None:
    # What was read is read again; the other sides are bent in a copy.
    seen = Seen(
        region.seen.network,
        deepcopy(region.seen.other_side),
        deepcopy(region.seen.bank),
        region.seen.today,
        region.seen.derived_to,
    )
    assert list(invariant(seen)) == []
    assert seen.unposted == []
    bent = Seen(seen.network, seen.other_side, seen.bank, seen.today, seen.derived_to)
    # All was posted when the bend came: else the next night would post what it makes due.
    bent.__dict__["unposted"] = []
    with transaction.atomic():
        with unguarded("%"):
            bend(bent)
            assert list(invariant(bent))
        transaction.set_rollback(True)


def test_every_invariant_was_bent() -> None:
    bent = {invariant.__name__ for invariant, _ in BENDS}
    assert set(invariants.INVARIANTS) < bent
