"""Imported layouts and code lists lie over the ones that come along; nothing is half stored."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from ooievaar.claims.layouts import (
    keep_layouts,
    known_codes,
    known_layouts,
    layouts_with,
    planned_import,
    store_codes,
    store_layout,
)
from ooievaar.claims.messages.codes import load_codes, read_code_lists
from ooievaar.claims.messages.layout import shipped
from ooievaar.claims.messages.tests.specifications import (
    as_xlsx,
    made_up_kz301,
    row_of,
    sheets_of,
)
from ooievaar.claims.models import ImportedCodes, ImportedLayout, KeptLayout

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
LISTS = """
lists:
- {list: COD954-VEKT, title_nl: Retourcodes, source: test, complete: false, codes: [
   {code: "%s", name_nl: "%s", valid_from: 2020-01-01, verified: true}]}
"""


def imported(code, text):
    (found,) = read_code_lists("codes.yaml", LISTS % (code, text))
    return store_codes(found, now=NOW)


def test_without_imports_what_comes_along_holds():
    assert known_layouts() == shipped()
    assert known_codes() is load_codes()


def test_an_imported_layout_takes_the_place_of_the_provisional_one():
    planned = planned_import("KZ301v3.2.xlsx", as_xlsx(sheets_of(made_up_kz301())))
    assert planned.before == shipped()["KZ301-3.2"]
    assert not planned.is_known and not planned.replaces
    assert not ImportedLayout.objects.exists()
    store_layout(planned.layout, now=NOW)
    layouts = known_layouts()
    assert not layouts["KZ301-3.2"].is_provisional
    assert layouts["KZ301-3.2"].content_hash == planned.layout.content_hash
    assert layouts["KZ302-3.2"] == shipped()["KZ302-3.2"]
    again = planned_import("KZ301v3.2.xlsx", as_xlsx(sheets_of(made_up_kz301())))
    assert again.is_known and not again.replaces and again.changes == ()


def test_the_newest_import_holds_and_an_older_one_may_come_back():
    first, ours = made_up_kz301(), shipped()["KZ301-3.2"]
    for layout in (first, ours, first):
        store_layout(layout, now=NOW)
        assert known_layouts()["KZ301-3.2"].content_hash == layout.content_hash
    assert ImportedLayout.objects.count() == 3


def test_a_file_of_before_an_import_is_read_with_the_layout_it_was_made_with():
    ours = shipped()["KZ301-3.2"]
    first = made_up_kz301()
    for layout in (first, ours):
        store_layout(layout, now=NOW)
    store_layout(first, now=NOW)
    assert layouts_with(ours.content_hash)["KZ301-3.2"] == ours
    assert layouts_with(first.content_hash)["KZ301-3.2"] == known_layouts()["KZ301-3.2"]
    assert layouts_with("") == known_layouts()
    with pytest.raises(LookupError):
        layouts_with("unknown")


def test_a_layout_that_came_along_once_is_found_when_another_comes_along_now():
    old = replace(made_up_kz301(), notes=("van een vorige versie",))
    keep_layouts(old, shipped()["KZ302-3.2"])
    keep_layouts(old)
    assert KeptLayout.objects.count() == 2
    assert layouts_with(old.content_hash)["KZ301-3.2"] == old
    assert known_layouts()["KZ301-3.2"] == shipped()["KZ301-3.2"]


def test_what_is_official_is_replaced_only_when_asked():
    store_layout(made_up_kz301(), now=NOW)
    sheets = sheets_of(made_up_kz301())
    row_of(sheets, "0409")[4] = "BEGINDATUM ZORG"
    row_of(sheets, "0410")[9] = "C"
    planned = planned_import("KZ301v3.2.xlsx", as_xlsx(sheets))
    assert planned.replaces
    moved = sheets_of(shipped()["KZ301-3.2"])
    row_of(moved, "0206")[10], row_of(moved, "0205")[10] = "NUM003", "NUM366"
    assert planned_import("KZ301v3.2.xlsx", as_xlsx(moved)).replaces


def test_codes_add_up_over_imports():
    assert imported("9777", "Een nieuwe code") is not None
    assert imported("9778", "Nog een") is not None
    assert imported("9778", "Nog een") is None
    codes = known_codes()
    assert codes.text("COD954", "9777") == "Een nieuwe code"
    assert codes.text("COD954", "9778") == "Nog een"
    assert codes.text("COD954", "0435") == load_codes().text("COD954", "0435")
    assert ImportedCodes.objects.count() == 2
    imported("9777", "Een andere tekst")
    assert known_codes().text("COD954", "9777") == "Een andere tekst"
