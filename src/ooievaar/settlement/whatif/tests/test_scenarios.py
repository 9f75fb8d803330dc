"""What another agreement or other tariffs would have done to a year, to the cent."""

from datetime import date

import pytest
from django.apps import apps

from ooievaar.contracts.models import Agreement, DisciplineShare, MemberShare, SupplierPrice, Tariff
from ooievaar.kernel.faults import InputRejected
from ooievaar.network.models import Organisation, Supplier
from ooievaar.settlement.models import ClosedProduct, Share
from ooievaar.settlement.tests.region import SHARES, TARIFFS
from ooievaar.settlement.whatif.commands import Asked, make_scenario, question
from ooievaar.settlement.whatif.models import Scenario
from ooievaar.settlement.whatif.tests.world import NOW, Year, incomes

pytestmark = pytest.mark.django_db
GUARANTEE = """
garantie:
  deel_per_jaar:
    "2025": 95 %
  maatstaf: het oude inkomen voor deze zorg
  hoogstens: 10 %
  betaald_uit:
    - reserve
    - wie erop vooruitgaat

afronding:"""


@pytest.fixture
def region() -> Year:
    """A region of which nothing is closed yet."""
    return Year("IGO Elders")


def differing(result) -> dict[str, int]:
    return {
        name: after - before for name, (before, after) in incomes(result).items() if after != before
    }


def test_an_equal_agreement_changes_nothing_for_anybody(year):
    result = year.run(year.text())
    assert result["partners"], "there is something to divide"
    assert differing(result) == {}
    assert all(before == after for before, after in result["kinds"].values())
    assert result["cents"][0] == result["cents"][1] == 468_020
    assert result["years_apart"] == 0


def test_another_share_moves_its_euros_from_who_loses_to_who_wins(year):
    """Five percent of two prenatal products of € 600,00, less 3.5 % overhead: € 57,90."""
    text = year.text(
        ("verloskundigen: 55 %", "verloskundigen: 60 %"), ("ziekenhuis: 30 %", "ziekenhuis: 25 %")
    )
    result = year.run(text)
    assert differing(result) == {"Noord": 3_860, "Zuid": 1_930, "Ziekenhuis": -5_790}
    assert result["kinds"]["overhead"] == [16_380, 16_380]
    moved = [row for row in result["by_product"] if row[2] != row[3]]
    assert [row[:2] for row in moved] == [["hospital", "prenatal"], ["midwives", "prenatal"]]


@pytest.mark.parametrize(
    ("overhead", "reserve"), [("3,3333 %", "0,0001 %"), ("0,7 %", "33,3333 %"), ("66 %", "34 %")]
)
def test_not_a_cent_is_lost_whatever_the_parts(year, overhead, reserve):
    text = year.text(("deel: 3,5 %", f"deel: {overhead}\n\nreserve:\n  deel: {reserve}"))
    result = year.run(text)
    for side in (0, 1):
        assert sum(pair[side] for pair in result["kinds"].values()) == result["cents"][side]
    assert sum(after for _, after in incomes(result).values()) == result["kinds"]["partner"][1]
    assert result["cents"][0] == result["cents"][1]


def test_what_was_divided_before_is_what_the_closings_divided(year):
    bridge = year.run(year.text())["bridge"]
    stored = sum(ClosedProduct.objects.values_list("cents", flat=True))
    assert bridge["closed"] == stored == 468_020
    assert (bridge["moved"], bridge["changed_since"]) == ([], 0)


def test_a_late_correction_stands_in_another_closing_and_is_told(region):
    """Birth by the hospital, known in the next year: the product is another, divided in 2026."""
    year = region.closed()
    year.care(year.second, year.doctors, "G-SEC", date(2025, 9, 15), specialism="0307",
              recorded_on=date(2026, 1, 9))  # fmt: skip
    year.close("2026-01")
    result = year.run(year.text())
    bridge = result["bridge"]
    assert bridge["closed"] == 468_020
    assert bridge["closed_elsewhere"] != 0
    assert bridge["closed"] + bridge["closed_elsewhere"] == result["cents"][0]
    assert (bridge["moved"], bridge["changed_since"]) == ([], 0)
    assert differing(result) == {}


def test_what_changed_since_the_newest_closing_is_told_with_its_size(year):
    Tariff.objects.filter(product="natal").update(cents=90_101)
    bridge = year.run(year.text())["bridge"]
    assert (bridge["changed_since"], bridge["changed_products"]) == (200, 2)
    assert bridge["closed"] + 200 == bridge["divided"]
    assert {row["kind"] for row in bridge["moved"]} == {"overhead", "partner"}


def test_two_agreements_in_one_year_each_divide_their_own(region):
    """The second one gives midwives more from July; run over the year, the first half moves."""
    Agreement.objects.filter(pk=region.agreement.pk).update(valid_until=date(2025, 7, 1))
    second = Agreement.objects.create(
        network=region.network, title="tweede", valid_from=date(2025, 7, 1), overhead_ppm=35_000
    )
    for product in TARIFFS:
        shares = {**SHARES, "midwives": 600_000, "hospital": 250_000}
        for discipline, ppm in (
            {"kraamzorg": 1_000_000} if product == "kraamzorg_hour" else shares
        ).items():
            DisciplineShare.objects.create(
                agreement=second,
                product=product,
                discipline=discipline,
                ppm=ppm,
                method="performed" if discipline == "kraamzorg" else "fixed_share",
            )
    for row in MemberShare.objects.filter(agreement=region.agreement):
        MemberShare.objects.create(agreement=second, organisation=row.organisation, ppm=row.ppm)
    year = region.closed()
    result = year.run(year.text(agreement=second))
    assert result["bridge"]["moved"] == []
    # Products that started before July: two prenatal, one natal, one postnatal.
    hospital = sum(-(-cents * 965 // 1000) * 5 // 100 for cents in (60_000, 60_000, 90_001, 30_000))
    assert abs(-differing(result)["Ziekenhuis"] - hospital) <= 4
    assert sum(differing(result).values()) == 0
    first_again = year.run(year.text(agreement=region.agreement))
    assert 0 < differing(first_again)["Ziekenhuis"] < hospital
    assert sum(differing(first_again).values()) == 0


def test_care_from_before_any_agreement_stays_in_the_reserve(region):
    Agreement.objects.filter(pk=region.agreement.pk).update(valid_from=date(2025, 6, 1))
    region.agreement.refresh_from_db()
    result = region.closed().run(region.text())
    assert result["reserve"]["no_agreement"] == [120_000, 120_000]
    assert differing(result) == {}


def test_an_agreement_for_next_years_moves_along_with_its_own_calendar(year):
    """Written for 2027: as the old way until July 2027, so here until July 2025."""
    text = year.text(
        ("geldt_vanaf: 2025-01-01", "geldt_vanaf: 2027-01-01"),
        (
            "prenataal:\n    werkwijze: vast aandeel\n    aandelen:",
            "prenataal:\n    werkwijze: zoals de oude bekostiging\n    tot: 2027-02-01\n"
            "    daarna:",
        ),
    )
    result = year.run(text)
    assert result["years_apart"] == 2
    # The first began in January 2025: her midwife gets what is fixed and what hospital and doctors
    # had; the second, in March, is divided as before.
    moved = differing(result)
    assert moved["Ziekenhuis"] == -17_370
    assert sum(moved.values()) == 0


def test_other_tariffs_show_what_each_insurer_pays_more(year):
    uzovi = year.insurer.uzovi
    table = f"insurer_uzovi;product;cents\n{uzovi};prenatal;65000\n"
    result = year.run(tariffs=table)
    assert result["cents"] == [468_020, 478_020]
    changed = [row for row in result["sold"] if row[4] != row[5]]
    assert changed == [[year.insurer.pk, "prenatal", 2, 2, 120_000, 130_000]]
    assert result["kinds"]["overhead"] == [16_380, 16_730]
    assert sum(differing(result).values()) == 10_000 - 350
    named = f"- contract: {year.contract.reference}\n  product: prenataal\n  cents: 65000\n"
    assert year.run(tariffs=named)["sold"] == result["sold"]
    assert Tariff.objects.get(product="prenatal").cents == 60_000


def test_another_tariff_from_a_day_holds_for_what_starts_then(year):
    table = (
        f"contract;product;cents;valid_from\n{year.contract.reference};prenatal;65000;2025-02-01"
    )
    assert year.run(tariffs=table)["cents"] == [468_020, 473_020]


def test_the_guarantee_is_paid_from_what_there_is_and_the_rest_stays_a_claim(year):
    """Zuid has € 636,90 of € 1.310,75: at most a tenth is added, and the reserve has less."""
    text = year.text(
        ("deel: 3,5 %", "deel: 3,5 %\n\nreserve:\n  deel: 1 %"), ("\nafronding:", GUARANTEE)
    )
    result = year.run(text)
    before, after = result["guarantee"]
    assert before is None
    assert after["due"] == 13_108
    reserve = result["kinds"]["reserve"][1]
    assert after["financing"] == {"reserve": reserve}
    assert (after["paid"], after["claims"]) == (reserve, 13_108 - reserve)
    by_partner = {row["organisation"]: row["guarantee_after"] for row in result["partners"]}
    assert by_partner[year.south.pk] == reserve
    assert sum(by_partner.values()) == reserve


def test_gainers_pay_the_guarantee_up_to_their_gain(year):
    """Everything prenatal to Noord's side: it gains, and pays what Zuid is short."""
    text = year.text(("\nafronding:", GUARANTEE), ("Noord: 66,6667 %", "Noord: 90 %"),
                     ("Zuid: 33,3333 %", "Zuid: 10 %"))  # fmt: skip
    result = year.run(text)
    told = result["guarantee"][1]
    assert told["financing"] == {"gainers": told["paid"]}
    assert 0 < told["paid"] <= told["due"]
    assert sum(row["guarantee_after"] for row in result["partners"]) == 0


def test_a_reference_that_is_not_known_whole_is_said_and_gets_no_guarantee(region):
    region.care(region.first, region.south, "V-ECT", date(2025, 3, 4))  # an act without a price
    year = region.closed()
    result = year.run(year.text(("\nafronding:", GUARANTEE)))
    (south,) = [row for row in result["partners"] if row["organisation"] == year.south.pk]
    assert south["old_unknown"] == 1
    without = result["guarantee"][1]["without_reference"]
    assert set(without) == {year.south.pk, year.ward.pk, year.doctors.pk}
    assert south["guarantee_after"] == 0


def test_a_reference_year_that_is_not_here_is_stood_in_for_and_told(year):
    text = year.text(
        ("\nafronding:", GUARANTEE),
        ("maatstaf: het oude inkomen voor deze zorg", "maatstaf: het oude inkomen van een jaar\n"
         "  jaar: 2023"),
    )  # fmt: skip
    told = year.run(text)["guarantee"][1]
    assert (told["asked_year"], told["stands_in"]) == (2023, True)


def faults(region: Year, **asked) -> list[str]:
    with pytest.raises(InputRejected) as rejected:
        question(region.network, Asked(**{"year": 2025, **asked}))
    return [str(fault) for fault in rejected.value.faults]


def test_a_year_that_is_not_closed_is_refused_with_those_that_are(year):
    (one,) = faults(year, year=2026, text=year.text())
    assert "2026" in one and "afgesloten: 2025" in one
    year.close("2026-01")
    (one,) = faults(year, year=2026, text=year.text())
    assert "2026, dat vanaf 2026-02 nog niet is afgesloten" in one
    assert "2024" in faults(year, year=2024, text=year.text())[0]
    assert question(year.network, Asked(text=year.text())).year.year == 2025


def test_without_any_closed_year_there_is_nothing_to_run(region):
    (one,) = faults(region, year=None, text=region.text())
    assert "eerst de maanden van een heel jaar afgesloten" in one


def test_a_party_that_is_no_member_is_refused(year):
    Organisation.objects.create(agb="08999777", name="Elders", discipline="midwives")
    text = year.text((f'Noord: "{year.north.agb}"', 'Noord: "08999777"'))
    (one,) = faults(year, text=text)
    assert "een lid dat in de looptijd meedoet" in one and "Noord" in one
    unknown = year.text((f'Noord: "{year.north.agb}"', 'Noord: "08999778"'))
    assert "een AGB-code die hier bekend is" in faults(year, text=unknown)[0]


def test_every_fault_of_text_and_tariffs_is_told_at_once(year):
    text = year.text(("verloskundigen: 55 %", "verloskundigen: 54 %"))
    found = faults(year, text=text, tariffs="contract;product;cents\nniemands;prenatal;1,5\n")
    assert [line.split(":")[0] for line in found] == [
        found[0].split(":")[0],
        "tarieven, regel 2, contract",
        "tarieven, regel 2, cents",
    ]
    assert "verdeelafspraak, regel" in found[0]
    assert "niets" in faults(year)[0]


def counts() -> dict[str, int]:
    return {model._meta.label: model._default_manager.count() for model in apps.get_models()}


def test_nothing_is_stored_but_the_scenario(year):
    before = counts()
    text = year.text(("verloskundigen: 55 %", "verloskundigen: 60 %"),
                     ("ziekenhuis: 30 %", "ziekenhuis: 25 %"))  # fmt: skip
    asked = question(year.network, Asked(2025, text=text))
    made = make_scenario(asked, "Meer prenataal", person=None, at=NOW)
    after = counts()
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert changed == {"whatif.Scenario": 1}
    assert (made.kind, made.year, made.text) == ("agreement", 2025, text)
    assert Scenario.objects.get().result == made.result
    assert Share.objects.exists()


def test_a_supplier_is_paid_first_in_both(region):
    laboratory = Organisation.objects.create(agb="90000001", name="Lab", discipline="other")
    Supplier.objects.create(
        network=region.network, organisation=laboratory, code="V-ECT", valid_from=date(2025, 1, 1)
    )
    SupplierPrice.objects.create(
        agreement=region.agreement, organisation=laboratory, code="V-ECT", cents=4_000
    )
    region.care(region.first, laboratory, "V-ECT", date(2025, 3, 4))
    year = region.closed()
    dearer = year.text(("€ 40,00", "€ 50,00"))
    result = year.run(dearer)
    assert result["kinds"]["supplier"] == [4_000, 5_000]
    assert sum(differing(result).values()) == -1_000 + 35
    assert result["bridge"]["moved"] == []
