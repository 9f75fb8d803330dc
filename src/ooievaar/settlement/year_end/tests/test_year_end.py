"""A year is settled: who fell short gets its floor, and each cent of it comes from somebody."""

from datetime import date

import pytest

from ooievaar.bundles.models import MonoValue
from ooievaar.network.models import Membership, Person, Position
from ooievaar.network.workplace import workplace
from ooievaar.record.relations import Rejected
from ooievaar.settlement.ledger.commands import close_period
from ooievaar.settlement.ledger.models import Transaction
from ooievaar.settlement.ledger.rules.accounts import AccountKey
from ooievaar.settlement.year_end.deciding import (
    CHANGED,
    OWN,
    UNKNOWN,
    WAITING,
    approve,
    prepare,
    refuse,
    standing,
    withdraw,
)
from ooievaar.settlement.year_end.drafting import NO_AGREEMENT, YearDraft, draft_year
from ooievaar.settlement.year_end.kinds import NOTHING_TO_BOOK
from ooievaar.settlement.year_end.models import Proposal
from ooievaar.settlement.year_end.tests.year import GUARANTEE, Year


def why(outcome: object) -> str:
    assert isinstance(outcome, Rejected), outcome
    return str(outcome.reason)


def drafted(year: Year, of: int = 2025) -> dict:
    found = draft_year(year.network, of, year.now)
    assert isinstance(found, YearDraft), found.reason
    return found.figures


def line(figures: dict, who) -> dict:
    return next(one for one in figures["partners"] if one["id"] == who.pk)


def fell_short(year: Year, reserve: int = 1_000) -> None:
    """The first earned 800 of 1,000 the old way, the second 1,200 of 1,000; 10.00 reserve."""
    year.agrees()
    first, second = year.partners
    year.product({first: 80_000, second: 120_000}, {first: 100_000, second: 100_000},
                 reserve=reserve)  # fmt: skip


def test_the_floor_is_paid_by_the_reserve_and_then_by_who_gained(year: Year) -> None:
    fell_short(year)
    made = year.settled()
    first, second = year.partners
    short, gained = line(made.figures, first), line(made.figures, second)
    assert (short["floor_cents"], short["due_cents"], short["paid_cents"]) == (
        95_000,
        15_000,
        15_000,
    )
    assert (gained["gain_cents"], gained["charged_cents"]) == (20_000, 14_000)
    assert made.figures["financing"] == {"reserve": 1_000, "gainers": 14_000}
    assert year.standing() == {
        "undivided": 201_000,
        "partner_payable 0": -80_000,
        "partner_payable 1": -120_000 + 14_000,
        "partner_guarantee 0": -15_000,
    }
    written = Transaction.objects.filter(cause_kind="year_end").get()
    assert (written.reason, written.day, written.cause_id) == (
        "guarantee", date(2025, 12, 31), made.pk,
    )  # fmt: skip
    year.holds()


def test_the_run_after_it_pays_the_guarantee(year: Year) -> None:
    fell_short(year)
    year.settled()
    run = year.sent()
    first, second = year.partners
    assert year.on_account(first) == 15_000, "its share itself waits for the insurer"
    assert year.on_account(second) == 0
    assert year.line(run, first).due_cents == 15_000
    assert year.stands("partner_guarantee", first) == 0
    year.holds()


def test_a_second_booking_is_refused_and_a_correction_books_the_difference(year: Year) -> None:
    fell_short(year)
    year.settled()
    again = prepare(year.controller, year.network, "year_end", {"year": 2025}, year.now)
    assert why(again) == str(NOTHING_TO_BOOK)
    first, second = year.partners
    year.product({first: 5_000}, {first: 0}, closed_in="2026-01")  # a late product of June
    made = year.settled()
    assert line(made.figures, first)["paid_cents"] == 10_000
    assert made.figures["moves"] == [
        ["guarantee", f"partner_guarantee:{first.pk}", 5_000],
        ["guarantee", f"partner_payable:{second.pk}", -5_000],
    ]
    assert year.standing()["partner_guarantee 0"] == -10_000
    assert year.standing()["partner_payable 1"] == -120_000 + 9_000
    year.holds()


def test_who_prepared_does_not_approve_and_one_waits_at_a_time(year: Year) -> None:
    fell_short(year)
    made = year.prepared()
    assert why(prepare(year.controller, year.network, "year_end", {"year": 2025}, year.now)) == str(
        WAITING
    )
    person = Person.objects.get(pk=year.controller.person_id)
    both = workplace(
        Position.objects.create(
            person=person, role="approver", network=year.network, valid_from=date(2020, 1, 1)
        )
    )
    assert why(approve(both, made, year.now)) == str(OWN)
    assert why(approve(year.controller, made, year.now))
    assert refuse(year.approver, made, "de cijfers van juni missen", year.now)
    assert why(withdraw(year.controller, made, year.now))
    assert not Transaction.objects.filter(cause_kind="year_end").exists()
    assert year.settled(), "after a refusal it is prepared anew"


def test_what_changed_since_it_was_prepared_is_not_booked(year: Year) -> None:
    fell_short(year)
    made = year.prepared()
    first, _ = year.partners
    year.product({first: 1}, {first: 0}, closed_in="2026-01")
    assert why(approve(year.approver, made, year.now)) == str(CHANGED)
    assert standing(made).state == "prepared"
    assert withdraw(year.controller, made, year.now)


def test_an_unknown_value_is_booked_by_an_explicit_decision_only(year: Year) -> None:
    year.agrees()
    first, second = year.partners
    year.product({first: 80_000, second: 120_000}, {first: 100_000, second: 100_000})
    year.product({first: 1}, {first: None})
    assert drafted(year)["unknown"] == 1
    plain = prepare(year.controller, year.network, "year_end", {"year": 2025}, year.now)
    assert (why(plain), plain.field) == (str(UNKNOWN), "despite")
    made = year.settled(despite="het ziekenhuis levert die prijs niet meer")
    assert made.despite and made.figures["unknown"] == 1


def test_the_old_value_is_of_the_same_care_as_the_income(year: Year) -> None:
    """Hours of kraamzorg count with their phase; care outside the products does not count."""
    year.agrees()
    first, _ = year.partners
    late = year.product({first: 10_000}, {first: 9_000}, until=date(2026, 1, 3))
    year.divides(late.pregnancy, {first: 500}, until=date(2025, 12, 31))  # its hours of December
    year.product({first: 20_000}, {first: 30_000}, until=date(2026, 1, 1))  # ended on 31 December
    gone = year.product({first: 7_000}, {first: 7_000})
    year.divides(gone.pregnancy, {first: -7_000}, closed_in="2026-01")
    found = line(drafted(year), first)
    assert (found["income_cents"], found["reference_cents"]) == (20_000, 30_000)
    assert line(drafted(year, 2026), first)["divided_cents"] == 10_500


def test_care_of_who_takes_no_part_is_in_nobodys_reference(year: Year) -> None:
    year.agrees()
    first, _ = year.partners
    stranger = year.partner("Elders", account=False)
    Membership.objects.filter(organisation=stranger).delete()
    year.product({first: 10_000}, {first: 9_000, stranger: 5_000})
    assert {one["id"] for one in drafted(year)["partners"]} == {one.pk for one in year.partners}


def test_a_reference_year_is_cut_to_the_days_of_who_took_part_for_a_part(year: Year) -> None:
    year.agrees(
        GUARANTEE.replace(
            "maatstaf: het oude inkomen voor deze zorg",
            "maatstaf: het oude inkomen van een jaar\n  jaar: 2024",
        )
    )
    first, second = year.partners
    Membership.objects.filter(organisation=first).update(valid_until=date(2025, 4, 11))  # 100 days
    before = year.product({first: 0}, {first: 365_000, second: 50_000}, until=date(2024, 5, 1))
    assert before.pk
    year.product({first: 90_000, second: 60_000})
    figures = drafted(year)
    assert line(figures, first)["reference_cents"] == 100_000
    assert (line(figures, first)["days"], line(figures, first)["due_cents"]) == (100, 5_000)
    assert line(figures, second)["gain_cents"] == 10_000
    assert figures["financing"] == {"gainers": 5_000}


def test_two_agreements_in_a_year_the_text_of_the_last_day_counts(year: Year) -> None:
    year.agrees()
    year.agrees(GUARANTEE.replace("95 %", "90 %"), since=date(2025, 7, 1))
    first, second = year.partners
    year.product({first: 80_000, second: 120_000}, {first: 100_000, second: 100_000})
    figures = drafted(year)
    assert figures["agreement"]["since"] == "2025-07-01"
    assert line(figures, first)["floor_cents"] == 90_000


def test_a_year_without_a_text_on_its_last_day_is_refused_in_words(year: Year) -> None:
    assert why(draft_year(year.network, 2025, year.now)) == str(NO_AGREEMENT)


def test_a_year_is_prepared_when_it_is_over_closed_and_derived(year: Year) -> None:
    year.agrees()
    first, second = year.partners
    year.product({first: 80_000, second: 120_000}, {first: 100_000, second: 100_000},
                 closed_in="2025-11")  # fmt: skip
    data = {"year": 2025}
    assert "afgesloten" in why(prepare(year.controller, year.network, "year_end", data, year.now))
    data = {"year": 2026}
    assert "voorbij" in why(prepare(year.controller, year.network, "year_end", data, year.now))


NET = """
vangnet:
  - uzovi: "{uzovi}"
    ruimte: 3 %
    verrekend: 50 %
"""


def test_too_little_from_an_insurer_comes_into_the_pot_first(year: Year) -> None:
    """Old way 2,000; corridor from 1,940; paid 1,800: the insurer settles half of 140."""
    year.agrees(GUARANTEE + NET.format(uzovi=year.insurer.uzovi))
    first, second = year.partners
    year.product({first: 80_000, second: 100_000}, {first: 100_000, second: 100_000})
    made = year.settled()
    assert made.figures["pot_cents"] == 7_000
    assert made.figures["financing"] == {"safety_net": 7_000}
    assert line(made.figures, first)["claim_cents"] == 8_000, "shown, not invented"
    assert year.standing() == {
        "undivided": 180_000,
        "safety_net": 7_000,
        "partner_payable 0": -80_000,
        "partner_payable 1": -100_000,
        "partner_guarantee 0": -7_000,
    }
    paid = year.settled(
        "safety_net_paid",
        data={"insurer": year.insurer.pk, "cents": 7_000, "day": "2026-02-27", "reference": "VN25"},
    )
    assert paid.about == str(year.insurer.pk)
    assert year.stands("bank") == 7_000 and "safety_net" not in year.standing()
    year.holds()


def test_too_much_goes_back_as_far_as_the_reserve_reaches(year: Year) -> None:
    """Old way 1,000; corridor until 1,030; paid 1,200: half of 170 is owed, 50 is there."""
    year.agrees(NET.format(uzovi=year.insurer.uzovi))
    first, _ = year.partners
    year.product({first: 115_000}, {first: 100_000}, reserve=5_000)
    made = year.settled()
    [insurer] = made.figures["insurers"]
    assert (insurer["settled_cents"], insurer["unpaid_cents"]) == (-8_500, 3_500)
    assert year.standing() == {
        "undivided": 120_000,
        "partner_payable 0": -115_000,
        "safety_net": -5_000,
    }
    year.holds()


def test_the_reserve_above_its_ceiling_goes_back_to_who_brought_it_in(year: Year) -> None:
    year.agrees(
        "reserve:\n  deel: 10 %\n  hoogstens: € 10,00\n"
        "  vrijval: wat boven het plafond komt gaat terug\n"
    )
    first, second = year.partners
    year.product({first: 30_000, second: 60_000}, {first: 0, second: 0}, reserve=1_301)
    made = year.settled()
    assert made.figures["reserve"]["released_cents"] == 301
    assert year.standing() == {
        "undivided": 91_301,
        "partner_payable 0": -30_000 - 100,
        "partner_payable 1": -60_000 - 201,
        "reserve": -1_000,
    }
    year.holds()


def test_a_reserve_that_was_spent_since_is_not_spent_again(year: Year) -> None:
    fell_short(year, reserve=20_000)
    year.posted()
    year.books({AccountKey("reserve"): 18_000, AccountKey("overhead"): -18_000})  # in March 2026
    figures = drafted(year)
    assert (figures["reserve"]["then_cents"], figures["reserve"]["now_cents"]) == (20_000, 2_000)
    assert figures["financing"] == {"reserve": 2_000, "gainers": 13_000}


def test_in_a_closed_month_it_goes_to_the_first_open_one_and_names_it(year: Year) -> None:
    fell_short(year)
    year.posted()
    assert close_period(year.network, "2026-01", year.now)
    year.settled()
    written = Transaction.objects.get(cause_kind="year_end")
    assert (written.period, written.names_period) == ("2026-02", "2025-12")
    year.holds()


def test_another_derivation_with_the_same_values_changes_nothing(year: Year) -> None:
    fell_short(year)
    made = year.prepared()
    MonoValue.objects.update(is_exact=True)
    year.derivation.until = date(2026, 3, 2)
    year.derivation.save()
    assert approve(year.approver, made, year.now)
    assert Proposal.objects.get().content_hash == made.content_hash


@pytest.mark.parametrize("of", [0, 1999, 9999])
def test_what_is_no_year_is_refused(year: Year, of: int) -> None:
    assert why(draft_year(year.network, of, year.now))
