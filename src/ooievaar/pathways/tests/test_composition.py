"""A base with diabetes and twins is one set of activities, whatever order they come in."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ooievaar.pathways.rules.composition import Composition, compose
from ooievaar.pathways.rules.definition import Definition, describe_window
from ooievaar.pathways.tests.texts import activity, days, pathway, weeks

CHECK = ("codes: [V-CON]", "form: prenatal_contact", "is_contact: true")
CONSULT = ("codes: [G-HER]", "form: consult", "is_contact: true")
SECOND = {"who": "gynaecologists", "line": "secondary"}

BASE = pathway(
    "basis",
    [
        activity("check_28", weeks("27+0", "29+0"), *CHECK),
        activity("check_32", weeks("31+0", "33+0"), *CHECK),
        activity("scan", weeks("18+0", "21+0"), "codes: [E-STR]", who="ultrasound"),
        activity("birth", days(0, 2), "codes: [V-PAR]", "effort:",
                 "  - {discipline: midwives, line: primary, minutes: 480}"),
    ],
)  # fmt: skip
DIABETES = pathway(
    "diabetes",
    [
        activity("gdm_32", weeks("31+0", "32+0"), *CONSULT, "replaces: [check_32]", **SECOND),
        activity("birth", days(0, 1), "codes: [G-SEC]", "effort:",
                 "  - {discipline: gynaecologists, line: secondary, minutes: 60}", **SECOND),
    ],
    "addition",
)  # fmt: skip
TWINS = pathway(
    "twins",
    [
        activity("twins_28", weeks("27+4", "28+4"), *CHECK),
        activity("twins_32", weeks("32+0", "33+0"), *CONSULT, "replaces: [check_32]", **SECOND),
    ],
    "addition",
)


def keys(whole: Composition) -> list[str]:
    return [row.activity.key for row in whole.activities]


def found(whole: Composition, key: str) -> str:
    row = next(row for row in whole.activities if row.activity.key == key)
    return describe_window(row.activity)


def rules(whole: Composition) -> list[tuple[str, str]]:
    return sorted((row.rule, row.activity) for row in whole.explanations)


def test_a_base_alone_is_itself() -> None:
    whole = compose([BASE])
    assert keys(whole) == ["scan", "check_28", "check_32", "birth"]
    assert whole.explanations == ()


def test_what_is_replaced_falls_away_and_says_why() -> None:
    whole = compose([BASE, DIABETES])
    assert keys(whole) == ["scan", "check_28", "gdm_32", "birth"]
    told = next(row for row in whole.explanations if row.rule == "replaced")
    assert told.text_nl == ("check_32 (Basis) vervalt: gdm_32 (Diabetes) komt ervoor in de plaats.")
    assert whole.now_called["check_32"] == "gdm_32"


def test_the_same_activity_is_once_stricter_and_more_specialised() -> None:
    whole = compose([BASE, DIABETES])
    birth = next(row for row in whole.activities if row.activity.key == "birth")
    assert (birth.activity.line, birth.pathway) == ("secondary", "diabetes")
    assert describe_window(birth.activity) == "dag 0 tot 1 na de geboorte"
    assert birth.activity.codes == ("G-SEC", "V-PAR")
    # Who gives it brings the effort: the midwife's falls away with her.
    assert [(row.line, row.minutes) for row in birth.activity.effort] == [("secondary", 60)]


def test_visits_in_the_same_days_are_one_visit() -> None:
    whole = compose([BASE, DIABETES, TWINS])
    assert keys(whole) == ["scan", "check_28", "gdm_32", "birth"]
    assert found(whole, "check_28") == "27+4 tot 28+4"
    # These two do not overlap: the shorter of them, of equals the first.
    assert found(whole, "gdm_32") == "31+0 tot 32+0"
    assert ("merged", "gdm_32") in rules(whole)
    assert whole.now_called["twins_28"] == "check_28"


def test_a_visit_takes_in_one_of_each_pathway() -> None:
    dense = pathway(
        "dense",
        [
            activity("dense_1", weeks("27+0", "28+0"), *CHECK),
            activity("dense_2", weeks("28+0", "29+0"), *CHECK),
        ],
        "addition",
    )
    assert keys(compose([BASE, dense])) == ["scan", "check_28", "dense_2", "check_32", "birth"]


def test_a_scan_is_not_taken_in_by_a_check() -> None:
    growth = activity("growth", weeks("27+0", "29+0"), "codes: [V-ECS]", "form: ultrasound",
                      "is_contact: true")  # fmt: skip
    whole = compose([BASE, pathway("growth_path", [growth], "addition")])
    assert "growth" in keys(whole)


def test_a_replacement_takes_out_a_pathway() -> None:
    other = pathway(
        "other",
        [activity("other_28", weeks("27+0", "29+0"), *CHECK)],
        "replacement",
        "replaces: [diabetes]\n",
    )
    whole = compose([BASE, DIABETES, other])
    assert whole.pathways == ("basis", "other")
    assert keys(whole) == ["scan", "check_28", "check_32", "birth"]
    assert ("pathway_replaced", "diabetes") in rules(whole)


def test_who_replace_each_other_leave_one() -> None:
    """The more specialised line stays, whichever is named first."""
    one = activity("one", weeks("20+0", "21+0"), "form: risk", "replaces: [two]")
    two = activity("two", weeks("20+0", "21+0"), "form: risk", "replaces: [one]", **SECOND)
    for pair in ((one, two), (two, one)):
        first, second = (pathway(f"path_{n}", [row], "addition") for n, row in enumerate(pair))
        assert keys(compose([BASE, first, second])).count("two") == 1
        assert "one" not in keys(compose([BASE, first, second]))


def test_two_bases_are_refused() -> None:
    with pytest.raises(ValueError, match="two bases"):
        compose([BASE, pathway("basis_2", [activity("xx", days(1, 2), "form: note")])])


@st.composite
def additions(draw: st.DrawFn) -> list[Definition]:
    """Up to four pathways whose activities overlap, share keys and replace each other."""
    made = []
    for number in range(draw(st.integers(1, 4))):
        rows = []
        for key in draw(st.lists(st.sampled_from("abcdefgh"), unique=True, min_size=1)):
            start = draw(st.integers(20, 36))
            until = start + draw(st.integers(1, 3))
            line = draw(st.sampled_from(["primary", "secondary"]))
            replaced = draw(st.lists(st.sampled_from(["ka", "kb", "kc", "check_28"]), unique=True))
            rows.append(
                activity(
                    f"k{key}",
                    weeks(f"{start}+0", f"{until}+0"),
                    *draw(st.sampled_from([CHECK, CONSULT, ("form: risk",)])),
                    *([f"replaces: [{', '.join(replaced)}]"] if replaced else []),
                    line=line,
                )
            )
        made.append(pathway(f"path_{number}", rows, "addition"))
    return made


@given(additions(), st.randoms(use_true_random=False))
def test_the_order_does_not_matter(given_pathways: list[Definition], shuffled: object) -> None:
    one = compose([BASE, *given_pathways])
    mixed = [*given_pathways, BASE]
    shuffled.shuffle(mixed)  # type: ignore[attr-defined]
    assert compose(mixed) == one
    # Every activity is there, or it is told under which name, or that its pathway fell away.
    there = set(keys(one))
    assert len(there) == len(one.activities)
    for definition in given_pathways:
        for row in definition.activities:
            assert row.key in there or row.key in one.now_called
