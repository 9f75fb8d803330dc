"""A broken copy of the book is refused whole, with the file and the key that is wrong."""

import shutil
from pathlib import Path

import pytest

from ooievaar import rulebook
from ooievaar.kernel.faults import InputRejected
from ooievaar.rulebook.schema import FILES


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    copy = tmp_path / "boek"
    shutil.copytree(rulebook.FOLDER, copy)
    return copy


def change(folder: Path, file: str, old: str, new: str) -> None:
    """Replace the first place where `old` stands; a test whose `old` is gone must not pass."""
    text = (folder / file).read_text(encoding="utf-8")
    assert old in text, f"{old!r} no longer stands in {file}"
    (folder / file).write_text(text.replace(old, new, 1), encoding="utf-8")


def test_the_book_that_comes_with_the_code_is_sound(folder):
    assert rulebook.check() == []
    assert rulebook.check(folder) == []
    assert rulebook.load(folder).edition == rulebook.load().edition
    assert rulebook.load() is rulebook.load()


REGULAR = "in the prenatal phase.\n    valid_from: 2017-01-01\n    valid_until: "
COMPLEX = "gynaecologist was needed.\n    valid_from: 2017-01-01\n    valid_until: "

BROKEN = [
    # file, what stood there, what stands there now, key in the message, found, expected
    pytest.param(
        "limits.yaml", "    value: 280", "    waarde: 280",
        "limits[term_days].waarde", "onbekende sleutel", "sleutels die het boek kent",
        id="an unknown key",
    ),
    pytest.param(
        "limits.yaml", "    value: 280\n", "",
        "limits[term_days].value", "niets", "verplichte sleutel",
        id="a missing key",
    ),
    pytest.param(
        "limits.yaml", "value: 280", "value: 280.5",
        "limits[term_days].value", "280.5", "geheel getal",
        id="half a day",
    ),
    pytest.param(
        "limits.yaml", "value: 280", 'value: "280"',
        "limits[term_days].value", "'280'", "geheel getal",
        id="a number as text",
    ),
    pytest.param(
        "limits.yaml", 'value: "0307"', "value: 0307",
        "limits[gynaecology_specialism].value", "199", "tussen aanhalingstekens",
        id="a code without quotes, which YAML reads as an octal number",
    ),
    pytest.param(
        "mono_tariffs.yaml", "cents: 118665", "cents: 1186.65",
        "mono_items[whole_full].tariffs[1].cents", "1186.65", "geheel getal",
        id="euros in place of cents",
    ),
    pytest.param(
        "mono_tariffs.yaml", "cents: 118665", 'cents: "118665"',
        "mono_items[whole_full].tariffs[1].cents", "'118665'", "geheel getal",
        id="cents as text",
    ),
    pytest.param(
        "mono_tariffs.yaml", "cents: 118665", "cents: -118665",
        "mono_items[whole_full].tariffs[1].cents", "-118665", "ten minste 0",
        id="negative cents",
    ),
    pytest.param(
        "mono_tariffs.yaml", "valid_until: 2014-01-01", "valid_until: 2017-06-01",
        "mono_items[whole_full].tariffs[2].valid_from", "overlapt", "vanaf 2017-06-01",
        id="tariffs that overlap",
    ),
    pytest.param(
        "mono_tariffs.yaml", "item: natal_full", "item: nataal_heel",
        "mono_items", "geen natal_full", "elke prestatie",
        id="a course product that the rules name is gone",
    ),
    pytest.param(
        "products.yaml", REGULAR + "2023-01-01", REGULAR + "2022-01-01",
        "products[prenatal]", "niets van 2022-01-01 tot 2023-01-01", "aaneengesloten",
        id="a year without the regular product",
    ),
    pytest.param(
        "products.yaml", COMPLEX + "2023-01-01", COMPLEX + "2022-01-01",
        "products[prenatal_complex]", "niets van 2022-01-01 tot 2023-01-01", "aaneengesloten",
        id="a year without a complex product",
    ),
    pytest.param(
        "products.yaml", COMPLEX + "2023-01-01", COMPLEX + "2024-01-01",
        "products[prenatal_complex].valid_from", "overlapt", "vanaf 2024-01-01",
        id="two complex products at once",
    ),
    pytest.param(
        "products.yaml", "valid_until: 2023-01-01", "valid_until: 2030-01-01",
        "products[early_end].valid_until", "2030-01-01", "uiterlijk 2028-01-01",
        id="a product that outlives the book",
    ),
    pytest.param(
        "products.yaml", "valid_until: 2023-01-01", "valid_until: 2023-13-01",
        "products.1.valid_until", "2023-13-01", "kan bestaan",
        id="a date that cannot be",
    ),
    pytest.param(
        "products.yaml", "valid_until: 2023-01-01", "valid_until: 2016-01-01",
        "products[early_end].valid_until", "2016-01-01", "na 2017-01-01",
        id="a period that ends before it begins",
    ),
    pytest.param(
        "products.yaml", "valid_until: 2023-01-01", "valid_until: morgen",
        "products[early_end].valid_until", "'morgen'", "een datum",
        id="a word where a date should be",
    ),
    pytest.param(
        "products.yaml", "valid_from: 2017-01-01", "valid_from: 2017-01-01 10:00:00",
        "products[early_end].valid_from", "2017", "een datum",
        id="a date with a time",
    ),
    pytest.param(
        "products.yaml", "phase: prenatal", "phase: prenataal",
        "products[early_end].phase", "'prenataal'", "'natal'",
        id="a phase that does not exist",
    ),
    pytest.param(
        "products.yaml", "verified: true", "verified: ja",
        "products[early_end].verified", "'ja'", "true of false",
        id="a mark that is no yes or no",
    ),
    pytest.param(
        "products.yaml", "source: NZA-EVAL", "source: VAN-HOREN-ZEGGEN",
        "products[early_end].source", "VAN-HOREN-ZEGGEN", "sources.yaml",
        id="an unknown source",
    ),
    pytest.param(
        "products.yaml", "other_sources: [MTR]", "other_sources: [KRANT]",
        "products[early_end].other_sources[1]", "KRANT", "sources.yaml",
        id="an unknown second source",
    ),
    pytest.param(
        "products.yaml", "source: NZA-EVAL", "source: VAKKENNIS",
        "products[early_end].verified", "true", "niemand las dit",
        id="background knowledge shown as law",
    ),
    pytest.param(
        "products.yaml", "  - product: prenatal\n", "  - product: prenatal\n    product: natal\n",
        "products.2.product", "twee keer", "één keer",
        id="a key that stands twice",
    ),
    pytest.param(
        "limits.yaml", "valid_until: 2023-01-01", "valid_until: 2022-01-01",
        "limits[after_placenta_minutes]", "niets van 2022-01-01 tot 2023-01-01", "aaneengesloten",
        id="a year without a limit",
    ),
    pytest.param(
        "limits.yaml", "valid_until: 2023-01-01", "valid_until: 2024-01-01",
        "limits[after_placenta_minutes].valid_from", "overlapt", "vanaf 2024-01-01",
        id="limits that overlap",
    ),
    pytest.param(
        "limits.yaml", "limit: aftercare_days", "limit: nazorgdagen",
        "limits[nazorgdagen].limit", "'nazorgdagen'", "'aftercare_days'",
        id="a limit that no rule reads",
    ),
    pytest.param(
        "scope.yaml", "valid_until: 2023-01-01", "valid_until: 2022-07-01",
        "scope[contraception_counselling]", "niets van 2022-07-01 tot 2023-01-01", "aaneengesloten",
        id="half a year without an answer whether care is inside",
    ),
    pytest.param(
        "catalogue.yaml", "valid_from: 2017-01-01", "valid_from: 2018-01-01",
        "catalogue[V-INT]", "niets van 2017-01-01 tot 2018-01-01", "aaneengesloten",
        id="a code that begins too late",
    ),
    pytest.param(
        "catalogue.yaml", "valid_from: 2017-01-01", "valid_from: 2016-01-01",
        "catalogue[V-INT].valid_from", "2016-01-01", "vanaf 2017-01-01",
        id="a code that begins before the book",
    ),
    pytest.param(
        "catalogue.yaml", 'code: "037651"', "code: 037651",
        ".code", "16297", "tussen aanhalingstekens",
        id="a code of digits without quotes",
    ),
    pytest.param(
        "catalogue.yaml", "code: V-CON", "code: V-INT",
        "catalogue[V-INT].valid_from", "overlapt", "vanaf 2028-01-01",
        id="a code that stands twice",
    ),
    pytest.param(
        "catalogue.yaml", "care: midwifery", "care: tovenarij",
        "catalogue[V-INT].care", "tovenarij", "scope.yaml",
        id="care that is not in the in/out list",
    ),
    pytest.param(
        "catalogue.yaml", "group: midwives\n", "group: tovenaars\n",
        "catalogue[V-INT].group", "tovenaars", "groep",
        id="a heading that does not exist",
    ),
    pytest.param(
        "catalogue.yaml", "mono_item: kraamzorg_partus", "mono_item: kraamzorg_feest",
        "catalogue[196204].mono_item", "kraamzorg_feest", "mono_tariffs.yaml",
        id="an unknown mono item",
    ),
    pytest.param(
        "catalogue.yaml", "mono_item: prenatal", "mono_item: zwangerschap",
        "catalogue[V-INT].mono_item", "zwangerschap", "prenatal, natal, postnatal",
        id="an unknown course",
    ),
    pytest.param(
        "catalogue.yaml", "mono: price_list", "mono: price_list\n    mono_item: natal",
        "catalogue[V-ECT].mono_item", "natal", "niets, want mono is price_list",
        id="a mono item where none belongs",
    ),
    pytest.param(
        "catalogue.yaml", "hourly_product: kraamzorg_hour", "hourly_product: natal",
        "catalogue[KZ-UUR].hourly_product", "natal", "products.yaml",
        id="a product that is not by the hour",
    ),
    pytest.param(
        "rules.yaml", "rule: closing", "rule: sluiting",
        "rules", "geen regel closing", "de zin van elke regel",
        id="a rule without a sentence",
    ),
    pytest.param(
        "rules.yaml", "    rule: pregnancy\n    value", "    rule: toeval\n    value",
        "choices[window_opens].rule", "toeval", "een van: pregnancy",
        id="a choice for a rule that does not exist",
    ),
    pytest.param(
        "source_ranks.yaml", "rank: 2", "rank: 1",
        "source_ranks[kernset].rank", "tweede keer", "één keer",
        id="two sources of one rank",
    ),
    pytest.param(
        "claim_codes.yaml", "product: natal_on_request", "product: natal_elders",
        "claim_codes[690220].product", "natal_elders", "products.yaml",
        id="a claim code of a product that does not exist",
    ),
    pytest.param(
        "claim_codes.yaml", "product: natal_complex", "product: natal",
        "claim_codes[690230].valid_from", "overlapt", "een begin vanaf",
        id="two claim codes of a product at once",
    ),
    pytest.param(
        "regimes.yaml", "regime: correction", "regime: boete",
        "regimes[boete].regime", "'boete'", "'parallel_ban'",
        id="a regime that does not exist",
    ),
    pytest.param(
        "kraamzorg.yaml", "valid_until: 2018-01-01", "valid_until: 2019-06-01",
        "own_contributions[3].valid_from", "overlapt", "vanaf 2019-06-01",
        id="own contributions that overlap",
    ),
    pytest.param(
        "element_sets.yaml", "- V-CON", "- V-COM",
        "element_sets[maternity_home_care].codes[2]", "V-COM", "catalogue.yaml",
        id="a set of elements with a code that nobody can register",
    ),
    pytest.param(
        "element_sets.yaml", "seen_by: [sonographer", "sees_all: true\n    seen_by: [sonographer",
        "element_sets[ultrasound]", "beide", "codes, of sees_all: true",
        id="a set of elements that is all and some",
    ),
    pytest.param(
        "element_sets.yaml", "    sees_all: true\n", "",
        "element_sets[obstetrics]", "geen van beide", "codes, of sees_all: true",
        id="a set of elements without elements",
    ),
    pytest.param(
        "book.yaml", "valid_until: 2028-01-01", "valid_until: 2016-01-01",
        "valid_until", "2016-01-01", "een dag na 2017-01-01",
        id="a book that ends before it begins",
    ),
    pytest.param(
        "book.yaml", "valid_until: 2028-01-01", "valid_until: *later",
        "", "verwijzing", "eigen waarde",
        id="a reference to elsewhere in the file",
    ),
    pytest.param(
        "book.yaml", "title_nl: Regelboek", "title_nl: [Regelboek",
        "", "", "geldige YAML",
        id="no YAML at all",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("file", "old", "new", "key", "found", "expected"), BROKEN)
def test_a_fault_names_file_and_key(folder, file, old, new, key, found, expected):
    change(folder, file, old, new)
    faults = rulebook.check(folder)
    matching = [
        fault
        for fault in faults
        if fault.file == file
        and fault.column.endswith(key)
        and found in fault.found
        and expected in fault.expected
    ]
    assert len(matching) == 1, [str(fault) for fault in faults]
    assert matching[0].row is not None
    with pytest.raises(InputRejected) as refused:
        rulebook.load(folder)
    assert refused.value.faults == faults


def test_a_fault_stands_on_the_line_of_its_key(folder):
    change(folder, "limits.yaml", "value: 280", "value: veel")
    lines = (folder / "limits.yaml").read_text(encoding="utf-8").splitlines()
    (fault,) = rulebook.check(folder)
    assert lines[fault.row - 1].strip() == "value: veel"


def test_faults_of_several_files_are_told_together(folder):
    change(folder, "limits.yaml", "value: 280", "value: 280.5")
    change(folder, "products.yaml", "phase: prenatal", "phase: prenataal")
    change(folder, "rules.yaml", "rule: pregnancy", "regel: pregnancy")
    faults = rulebook.check(folder)
    assert {fault.file for fault in faults} == {"limits.yaml", "products.yaml", "rules.yaml"}


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_told(folder, file):
    (folder / file).unlink()
    (fault,) = rulebook.check(folder)
    assert (fault.file, fault.found) == (file, "geen bestand")


@pytest.mark.parametrize("file", FILES)
def test_an_empty_file_is_told(folder, file):
    (folder / file).write_text("", encoding="utf-8")
    (fault,) = rulebook.check(folder)
    assert (fault.file, fault.expected) == (file, "sleutels met waarden")


def test_a_file_in_another_encoding_is_told(folder):
    text = (folder / "rules.yaml").read_text(encoding="utf-8")
    (folder / "rules.yaml").write_bytes(text.encode("utf-16"))
    (fault,) = rulebook.check(folder)
    assert (fault.file, fault.expected) == ("rules.yaml", "een leesbaar UTF-8-bestand")


def test_a_file_that_the_book_does_not_know_is_told(folder):
    (folder / "product.yaml").write_text("products: []", encoding="utf-8")
    (fault,) = rulebook.check(folder)
    assert fault.file == "product.yaml"
    assert "products.yaml" in fault.expected


def test_a_folder_that_is_not_there_is_told(tmp_path):
    (fault,) = rulebook.check(tmp_path / "nergens")
    assert (fault.file, fault.found) == ("nergens", "geen map")
    assert str(tmp_path) not in str(fault)


def test_the_edition_changes_with_what_the_book_says(folder):
    before = rulebook.load(folder).edition
    assert len(before) == 16
    change(folder, "limits.yaml", "value: 42", "value: 43")
    assert rulebook.load(folder).edition != before


def test_the_edition_does_not_change_with_comments_or_the_order_of_keys(folder):
    before = rulebook.load(folder).edition
    change(
        folder, "limits.yaml", "    value: 42\n    unit: days\n", "    unit: days\n    value: 42\n"
    )
    change(folder, "limits.yaml", "limits:", "# nagekeken\nlimits:")
    assert rulebook.load(folder).edition == before


def test_a_book_of_other_years_needs_no_change_of_code(folder):
    for file in FILES:
        text = (folder / file).read_text(encoding="utf-8")
        if file == "book.yaml":
            text = text.replace("valid_until: 2028-01-01", "valid_until: 2030-01-01")
        (folder / file).write_text(text, encoding="utf-8")
    book = rulebook.load(folder)
    assert {row["valid_until"].year for row in book.engine_tables()["limits"]} == {2030}
