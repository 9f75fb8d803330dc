"""What the book says on a date: products, the in/out list, limits, hints, ranks."""

from datetime import date, timedelta

import pytest

from ooievaar import rulebook
from ooievaar.kernel.period import Period, first_hole, first_overlap

BOOK = rulebook.load()
TABLES = BOOK.engine_tables()
EVE, NEW_YEAR = date(2022, 12, 31), date(2023, 1, 1)


def in_force(table, day):
    return [row for row in TABLES[table] if row["valid_from"] <= day < row["valid_until"]]


def test_the_book_speaks_about_2017_up_to_and_including_2027():
    assert BOOK.period == Period(date(2017, 1, 1), date(2028, 1, 1))


def test_nine_products_until_the_end_of_2022_and_eight_after():
    before = {row["product"] for row in in_force("products_in_force", EVE)}
    after = {row["product"] for row in in_force("products_in_force", NEW_YEAR)}
    assert len(before) == 9
    assert len(after) == 8
    assert before - after == {"early_end"}
    assert not after - before


def test_products_have_the_names_of_the_regulator():
    assert BOOK.product("natal_on_request").name_nl == (
        "Geboortezorg nataal intramuraal op eigen verzoek"
    )
    assert BOOK.product("kraamzorg_hour").name_en == "Postnatal maternity care per hour"


def test_every_phase_has_one_product_per_variant_on_every_day_that_matters():
    for day in (BOOK.period.start, EVE, NEW_YEAR, BOOK.period.until - timedelta(days=1)):
        keys = [(row["phase"], row["variant"]) for row in in_force("products_in_force", day)]
        assert len(keys) == len(set(keys))
        assert {(phase, "regular") for phase in (1, 2, 3)} <= set(keys)


@pytest.mark.parametrize(
    ("table", "key"), [("catalogue", "code"), ("mono_tariffs", "item"), ("limits", None)]
)
def test_tables_cover_the_book_without_hole_or_overlap(table, key):
    periods = {}
    for row in TABLES[table]:
        own = periods.setdefault(row[key] if key else "", [])
        own.append(Period(row["valid_from"], row["valid_until"]))
    assert periods
    for name, own in periods.items():
        assert first_overlap(own) is None, name
        assert first_hole(BOOK.period, own) is None, name
        assert all(BOOK.period.start <= p.start and p.until <= BOOK.period.until for p in own), name


@pytest.mark.parametrize(
    ("code", "on_eve", "on_new_year"),
    [
        ("V-PRE", "preconception", "preconception"),
        ("E-GUO", "advanced_ultrasound", "advanced_ultrasound"),
        ("G-HCO", "high_care_obstetrics", "high_care_obstetrics"),
        ("377881C", "inside", "nipt_high_risk"),
        ("V-ACP", "inside", "contraception"),
        ("V-ACV", "inside", "inside"),
        ("K-CON", "inside", "inside"),
        ("L-HB", "inside", "inside"),
        ("G-CON", "inside", "inside"),
        ("KZ-UUR", "inside", "inside"),
    ],
)
def test_what_is_outside_the_bundle_by_year(code, on_eve, on_new_year):
    assert BOOK.catalogue_entry(code, EVE).scope == on_eve
    assert BOOK.catalogue_entry(code, NEW_YEAR).scope == on_new_year


def test_a_code_is_known_inside_the_book_only():
    assert BOOK.catalogue_entry("V-INT", BOOK.period.start) is not None
    assert BOOK.catalogue_entry("V-INT", BOOK.period.until) is None
    assert BOOK.catalogue_entry("V-INT", BOOK.period.start - timedelta(days=1)) is None
    assert BOOK.catalogue_entry("BESTAAT-NIET", NEW_YEAR) is None


@pytest.mark.parametrize(
    ("code", "phase_hint", "match_hint", "mono", "mono_item"),
    [
        ("V-INT", 1, "intake", "course", "prenatal"),
        ("V-NAZ", 0, "aftercare", "course", "prenatal"),
        ("V-ZES", 3, "aftercare", "course", "postnatal"),
        ("V-VER", 0, "", "referral", ""),
        ("037651", 2, "", "price_list", ""),
        ("196204", 2, "", "kraamzorg_item", "kraamzorg_partus"),
        ("KZ-PUUR", 2, "", "kraamzorg_hour", "kraamzorg_hour"),
        ("KZ-UUR", 3, "", "kraamzorg_hour", "kraamzorg_hour"),
        ("G-MDO", 0, "", "none", ""),
    ],
)
def test_hints_and_old_value_of_a_code(code, phase_hint, match_hint, mono, mono_item):
    entry = BOOK.catalogue_entry(code, NEW_YEAR)
    assert (entry.phase_hint, entry.match_hint, entry.mono, entry.mono_item) == (
        phase_hint,
        match_hint,
        mono,
        mono_item,
    )


def test_only_care_by_gynaecologists_makes_a_phase_complex():
    complex_codes = {row["code"] for row in TABLES["catalogue"] if row["complex_counts"]}
    assert {"G-CON", "G-SEC", "G-IND", "G-NAC", "037751", "037610"} <= complex_codes
    never = "G-MDO G-ECH G-KVM K-CON 039683 199803 190036 190037 V-PAR E-GRO L-HB KZ-UUR".split()
    assert not complex_codes & set(never)


def test_one_code_bills_by_the_hour_and_one_is_on_request():
    assert [row["code"] for row in TABLES["catalogue"] if row["hourly"]] == ["KZ-UUR"]
    assert [row["code"] for row in TABLES["catalogue"] if row["on_request"]] == ["190036"]


def test_the_dating_scan_is_one_act_whoever_makes_it():
    same = {row["code"] for row in TABLES["catalogue"] if row["equivalent"] == "termijnecho"}
    assert same == {"V-ECT", "E-TER"}
    others = [row for row in TABLES["catalogue"] if row["code"] not in same]
    assert all(row["equivalent"] == row["code"] for row in others)


def test_the_limits_are_one_row():
    assert TABLES["limits"] == [
        {
            "valid_from": date(2017, 1, 1),
            "valid_until": date(2028, 1, 1),
            "term_days": 280,
            "early_end_days": 112,
            "aftercare_days": 42,
            "ongoing_extra_days": 21,
            "after_placenta_minutes": 120,
            "gynaecology_specialism": "0307",
        }
    ]


@pytest.mark.parametrize(
    ("item", "day", "cents", "is_exact"),
    [
        ("prenatal_full", date(2017, 12, 31), 48705, True),
        ("prenatal_full", date(2018, 1, 1), 48705, False),
        ("transfer_second_after_29", date(2017, 6, 1), 19707, False),  # only 2013 is known
        ("kraamzorg_hour", date(2017, 1, 1), 4969, False),  # 2019 is nearer than 2010
        ("kraamzorg_hour", date(2019, 1, 1), 4969, True),
        ("kraamzorg_hour", date(2021, 12, 31), 5060, False),
        ("kraamzorg_hour", date(2022, 1, 1), 5933, False),
        ("kraamzorg_registration", date(2023, 7, 1), 1491, True),
        ("kraamzorg_registration", date(2027, 12, 31), 1491, False),
    ],
)
def test_a_year_without_a_public_tariff_takes_the_nearest_and_is_marked(item, day, cents, is_exact):
    rows = [row for row in in_force("mono_tariffs", day) if row["item"] == item]
    assert [(row["cents"], row["is_exact"]) for row in rows] == [(cents, is_exact)]


def test_own_registration_is_trusted_most_and_claims_least():
    assert BOOK.activity_sources == ("record", "kernset", "activities", "region", "claims")
    assert [BOOK.source_rank(source) for source in BOOK.activity_sources] == [1, 2, 3, 4, 5]
    with pytest.raises(KeyError):
        BOOK.source_rank("geruchten")


def test_voting_and_advisory_members_count_in_the_funding():
    assert BOOK.funding_kinds == {"voting", "advisory"}


def test_choices_of_our_own_are_never_shown_as_law():
    own = {source.short for source in BOOK.sources.sources if source.kind == "own"}
    choices = BOOK.rules.choices
    assert choices
    assert all(choice.source in own and not choice.verified for choice in choices)
    assert not BOOK.rule("product").verified
    assert not any(regime.verified for regime in BOOK.regimes.regimes)
    assert BOOK.choice("kraamzorg_unit_minutes").value == 15


def test_every_entry_can_be_printed_with_its_source_in_both_languages():
    titles = {source.title for source in BOOK.sources.sources}
    entries = BOOK.entries()
    assert len(entries) > 200
    for entry in entries:
        assert entry.name_nl and entry.name_en, entry.key
        assert entry.sentence_nl and entry.sentence_en, entry.key
        assert bool(entry.value_nl) == bool(entry.value_en), entry.key
        assert set(entry.source.split("; ")) <= titles, entry.key


def test_the_page_shows_everything_that_is_in_the_files():
    sections = {section.key: section for section in BOOK.sections()}
    assert all(section.title_nl and section.title_en for section in sections.values())
    catalogue = [key for key in sections if key.startswith("catalogue_")]
    assert sum(len(sections[key].entries) for key in catalogue) == len(BOOK.catalogue.catalogue)
    tariffs = sum(len(item.tariffs) for item in BOOK.mono_tariffs.mono_items)
    assert len(sections["mono_tariffs"].entries) == tariffs
    for key, rows in (
        ("rules", BOOK.rules.rules),
        ("choices", BOOK.rules.choices),
        ("funding_kinds", BOOK.rules.funding_kinds),
        ("scope", BOOK.scope.scope),
        ("products", BOOK.products.products),
        ("limits", BOOK.limits.limits),
        ("law", BOOK.regimes.law),
        ("regimes", BOOK.regimes.regimes),
        ("kraamzorg", BOOK.kraamzorg.limits),
        ("own_contributions", BOOK.kraamzorg.own_contributions),
        ("source_ranks", BOOK.source_ranks.source_ranks),
        ("element_sets", BOOK.element_sets.element_sets),
    ):
        assert len(sections[key].entries) == len(rows) > 0, key
        assert sections[key].verified_count == sum(getattr(r, "verified", 0) for r in rows), key


def test_ultrasound_sees_scans_of_others_and_a_midwife_sees_everything():
    scans = BOOK.elements_for("sonographer", NEW_YEAR)
    assert scans == BOOK.elements_for("ultrasound", NEW_YEAR)
    assert {"V-ECT", "E-STR", "G-ECH"} <= scans
    assert scans.isdisjoint({"V-CON", "L-HIV", "037651"})
    assert BOOK.elements_for("midwife", NEW_YEAR) is None


def test_kraamzorg_sees_the_birth_and_no_laboratory():
    seen = BOOK.elements_for("kraam_carer", NEW_YEAR)
    assert {"V-CON", "037651", "V-PP", "KZ-UUR"} <= seen
    assert not [code for code in seen if code.startswith(("L-", "E-", "K-", "V-PRE"))]


def test_whom_no_set_names_sees_nothing_of_others():
    assert BOOK.elements_for("postbode", NEW_YEAR) == frozenset()
    assert BOOK.elements_for("midwife", BOOK.period.until) == frozenset()


def test_what_others_see_is_printed_as_provisional():
    entries = [entry for entry in BOOK.entries() if entry.section == "element_sets"]
    assert [entry.verified for entry in entries] == [False] * 3
    assert "KZ-UUR" in next(e.value_nl for e in entries if e.key == "maternity_home_care")


def test_every_source_is_used():
    used = set()
    for part in (
        [BOOK.book],
        BOOK.rules.rules,
        BOOK.rules.choices,
        BOOK.scope.scope,
        BOOK.products.products,
        BOOK.limits.limits,
        BOOK.regimes.law,
        BOOK.kraamzorg.limits,
        BOOK.kraamzorg.own_contributions,
        BOOK.catalogue.catalogue,
        BOOK.element_sets.element_sets,
        *(item.tariffs for item in BOOK.mono_tariffs.mono_items),
    ):
        for row in part:
            used.update((row.source, *row.other_sources))
    assert {source.short for source in BOOK.sources.sources} == used


def test_a_change_of_the_bundle_is_told_with_its_day():
    nipt = next(entry for entry in BOOK.entries() if entry.key == "377881C")
    assert nipt.value_nl.startswith("binnen, buiten vanaf 01-01-2023")
    assert nipt.value_en.startswith("inside, outside from 01-01-2023")


def test_every_product_of_a_day_can_be_claimed_under_one_code():
    for product in BOOK.products.products:
        code = BOOK.claim_code(product.product, product.valid_from)
        assert code is not None, product.product
        assert code.code_list == "069" and not code.verified
    codes = [row.code for row in BOOK.claim_codes.claim_codes]
    assert len(codes) == len(set(codes))
    assert BOOK.claim_code("early_end", date(2024, 1, 1)) is None
