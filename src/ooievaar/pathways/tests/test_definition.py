"""A pathway is readable text; what is wrong with it is told in Dutch, with the line."""

import pytest

from ooievaar.pathways.reading import faults_in, read_definition
from ooievaar.pathways.rules.definition import Condition, days_of, describe_window, json_schema
from ooievaar.pathways.tests.texts import activity, days, pathway, text, weeks

VISIT = activity("visit", weeks("27+0", "30+0"), "codes: [V-CON]")


def test_a_window_is_read_as_the_field_writes_it() -> None:
    visit = pathway("basis", [VISIT]).activity("visit")
    assert visit is not None
    assert visit.gestation is not None
    assert days_of(visit.gestation.start) == 189
    assert describe_window(visit) == "27+0 tot 30+0"


@pytest.mark.parametrize(
    ("written", "place", "found", "expected"),
    [
        (activity("xx", weeks("30+0", "27+0"), "codes: [V-CON]"), "activities[xx].gestation",
         "deze sleutels", "een einde na het begin, niet 30+0 tot 27+0"),
        (activity("xx", weeks("27+9", "30+0"), "codes: [V-CON]"), "activities[xx].gestation.from",
         "'27+9'", "weken en dagen zoals 27+0"),
        (activity("xx", weeks("50+0", "51+0"), "codes: [V-CON]"), "activities[xx].gestation.from",
         "50+0", "een duur tot 45+0"),
        (activity("xx", weeks("27+0", "30+0")), "activities[xx]", "deze sleutels",
         "form, codes of elements: anders is nooit te zien dat het gedaan is"),
        (activity("xx", weeks("27+0", "30+0"), "after_birth: {from: 1, until: 2}", "form: risk"),
         "activities[xx]", "deze sleutels",
         "precies één van gestation, after_birth, after en series"),
        (activity("xx", weeks("27+0", "30+0"), "codes: [V-XXX]"), "activities[xx].codes[1]",
         "V-XXX", "een code van de catalogus"),
        (activity("xx", weeks("27+0", "30+0"), "form: formulier"), "activities[xx].form",
         "formulier", "een formulier van het dossier"),
        (activity("xx", weeks("27+0", "30+0"), "elements: [onzin=yes]"),
         "activities[xx].elements[1]", "onzin=yes", "een element van het dossier"),
        (activity("xx", weeks("27+0", "30+0"), "form: risk", "minuten: 3"),
         "activities[xx].minuten", "een onbekende sleutel", "alleen sleutels die het boek kent"),
        (VISIT + VISIT, "activities[visit].key", "visit twee keer", "elke sleutel één keer"),
        (activity("xx", "after: {activity: yy, from: 1, until: 2}", "form: risk"),
         "activities[xx].after.activity", "yy", "een activiteit van dit zorgpad"),
        (activity("xx", "after: {activity: yy, from: 1, until: 2}", "form: risk")
         + activity("yy", "after: {activity: xx, from: 1, until: 2}", "form: risk"),
         "activities[xx].after.activity", "een kring", "een activiteit die niet op deze wacht"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told(written: str, place: str, found: str, expected: str) -> None:
    faults = faults_in("basis.yaml", text("basis", [written]))
    told = [(fault.column, fault.found, fault.expected) for fault in faults]
    assert (place, found, expected) in told


def test_the_line_is_named() -> None:
    whole = text("basis", [VISIT, activity("xx", weeks("27+0", "x"), "codes: [V-CON]")])
    (fault,) = faults_in("basis.yaml", whole)
    assert fault.row is not None
    assert "until: x" in whole.splitlines()[fault.row - 1]


def test_a_text_without_end_is_not_read() -> None:
    (fault,) = faults_in("basis.yaml", "#" * 300_000)
    assert fault.expected == "hoogstens 200000"


def test_only_a_replacement_names_pathways() -> None:
    faults = faults_in("x.yaml", text("x_path", [VISIT], "addition", "replaces: [basis]\n"))
    assert [fault.expected for fault in faults] == ["alleen bij kind: replacement"]
    faults = faults_in("x.yaml", text("x_path", [VISIT], "replacement"))
    assert [fault.expected for fault in faults] == ["ook replaces: welk zorgpad vervalt"]


def test_an_addition_may_wait_for_the_base() -> None:
    written = activity("xx", "after: {activity: intake, from: 1, until: 2}", "form: risk")
    assert faults_in("x.yaml", text("x_path", [written], "addition")) == []


@pytest.mark.parametrize(
    ("said", "value", "holds"),
    [
        ({"is": "yes"}, "yes", True),
        ({"is": "yes"}, "no", False),
        ({"one_of": ("B", "C")}, "C", True),
        ({"is": "gbs"}, "anaemia gbs", True),
        ({"at_least": 2}, "2", True),
        ({"at_least": 2}, "1.5", False),
        ({"at_most": 2}, "3", False),
        ({"at_least": 2}, "weet niet", False),
    ],
)
def test_a_condition_holds_or_not(said: dict[str, object], value: str, holds: bool) -> None:
    condition = Condition.model_validate({"element": "fetus_count", **said})
    assert condition.holds(value) is holds


def test_a_condition_says_one_thing() -> None:
    criteria = "  any_of:\n    - all:\n        - {element: fetus_count, is: x, at_least: 2}\n"
    (fault,) = faults_in("x.yaml", text("x_path", [VISIT], "addition", "", criteria))
    assert fault.expected == "precies één van is, one_of, at_least en at_most"


def test_per_child_is_after_birth() -> None:
    read = read_definition(
        "x.yaml",
        text("basis", [activity("yy", days(0, 2), "form: birth_child", "for_each_child: true")]),
    )
    assert read.activities[0].for_each_child
    wrong = activity("yy", weeks("20+0", "21+0"), "form: ultrasound", "for_each_child: true")
    (fault,) = faults_in("x.yaml", text("basis", [wrong]))
    assert fault.expected == "for_each_child alleen bij after_birth"


def test_the_schema_speaks_the_language_of_the_text() -> None:
    schema = json_schema()
    assert "from" in schema["$defs"]["GestationWindow"]["properties"]
    assert schema["additionalProperties"] is False
