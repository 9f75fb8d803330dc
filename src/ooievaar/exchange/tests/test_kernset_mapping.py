"""What a dossier tells becomes activities as docs/kernset.md says."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from ooievaar.exchange.kernset import Child, Dossier, parse_kernset
from ooievaar.exchange.kernset_mapping import Line, join_dossiers, line_of, map_course
from ooievaar.exchange.kernset_moments import Moment
from ooievaar.exchange.tests.test_kernset import YEARS, T, dossier

BORN = date(2025, 12, 11)


def first() -> Dossier:
    return dossier("eerste_lijn.xml")


def second() -> Dossier:
    return dossier("tweede_lijn.xml")


def codes(*dossiers: Dossier, **lines: Line) -> dict[str, str]:
    """Return the code and day of each act, by its reference."""
    known = {d.number: lines.get(d.number.split("-")[0], line_of(d)) for d in dossiers}
    course = map_course(dossiers, known)
    return {act.reference: f"{act.code} {act.on}" for act in course.acts}


def home_birth(**changes: object) -> Dossier:
    """A first-line dossier that was responsible for everything, with a birth at home."""
    child = Child(Moment(BORN, 300), "169813005", "", "177184002", "", "11", "11", (), ())
    return replace(first(), periods=frozenset(range(1, 9)), ended_on=None, referrals=(),
                   children=(child,), ending="1", **changes)  # type: ignore[arg-type]  # fmt: skip


def with_child(dossier: Dossier, **changes: object) -> Dossier:
    return replace(dossier, children=(replace(dossier.children[0], **changes),))  # type: ignore[arg-type]


def test_a_transfer_in_labour_is_one_pregnancy_of_two_lines() -> None:
    assert codes(first(), second()) == {
        "eerste-1/intake": "V-INT 2025-04-25",
        "eerste-1/controle-2025-04-25": "V-CON 2025-04-25",
        "eerste-1/controle-2025-09-22": "V-CON 2025-09-22",
        "eerste-1/verwijzing-2025-12-11": "V-VER 2025-12-11",
        "eerste-1/baring": "V-PAR 2025-12-11",
        "tweede-1/baring": "037651 2025-12-11",
        "tweede-1/klinisch": "G-KVM 2025-12-11",
        "tweede-1/ruggenprik": "039683 2025-12-11",
        "tweede-1/kraambed": "G-KBD 2025-12-12",
    }
    course = map_course((first(), second()), {"eerste-1": "first", "tweede-1": "second"})
    assert (course.end_kind, course.birth_on, course.ended_on) == ("birth", BORN, BORN)
    assert (course.labour_on, course.labour_minute) == (BORN, 255)
    assert course.first_intake_on == date(2025, 4, 25)
    assert course.due_on == date(2025, 12, 7)
    minutes = {act.reference: act.minute for act in course.acts}
    assert (minutes["eerste-1/baring"], minutes["tweede-1/baring"]) == (255, 1120)


def test_a_home_birth_is_all_first_line() -> None:
    acts = codes(home_birth())
    assert acts["eerste-1/baring"] == "V-PAR 2025-12-11"
    assert acts["eerste-1/kraambed"] == "V-PP 2025-12-12"
    assert acts["eerste-1/nacontrole"] == f"V-ZES {BORN + timedelta(days=42)}"
    assert "eerste-1/plaats" not in acts


@pytest.mark.parametrize(("risk", "code"), [("1", "190036"), ("4", "190037")])
def test_a_first_line_birth_in_hospital_has_a_facility(risk: str, code: str) -> None:
    birth = with_child(home_birth(risk_before_birth=risk), place="22232009", hospital="0099")
    course = map_course([birth], {"eerste-1": "first"})
    [place] = [act for act in course.acts if act.reference.endswith("/plaats")]
    assert (place.code, place.provider) == (code, "0099")


def test_a_birth_centre_without_a_number_is_said_and_left_out() -> None:
    course = map_course([with_child(home_birth(), place="23")], {"eerste-1": "first"})
    assert not [act for act in course.acts if act.code.startswith("1900")]
    assert "geen nummer" in course.notes[0]


@pytest.mark.parametrize(
    ("way", "lie", "children", "due_in_days", "code"),
    [
        ("177184002", "", 1, 0, "037651"),
        ("177184002", "6096002", 1, 0, "037652"),
        ("177184002", "", 2, 0, "037653"),
        ("3311000146109", "", 1, 0, "037751"),
        ("61586001", "6096002", 1, 0, "037752"),
        ("3311000146109", "", 2, 0, "037753"),
        ("274130007", "6096002", 2, 0, "G-SEC"),
        ("177184002", "", 1, 84, "037651"),
        ("177184002", "", 1, 85, "037590"),
    ],
)
def test_the_way_of_birth_chooses_one_code(
    way: str, lie: str, children: int, due_in_days: int, code: str
) -> None:
    birth = with_child(second(), way=way, lie=lie)
    birth = replace(birth, children_count=children, due_on=BORN + timedelta(days=due_in_days))
    assert codes(birth)["tweede-1/baring"] == f"{code} {BORN}"


def test_a_clinical_midwife_alone_is_no_act_of_a_gynaecologist() -> None:
    acts = codes(with_child(second(), catcher="25", supervisor="25"))
    assert acts["tweede-1/klinisch"] == f"G-KVM {BORN}"
    assert "tweede-1/baring" not in acts


def test_induction_and_planned_caesarean_start_the_natal_phase() -> None:
    induced = replace(second(), interventions=("236966000",))
    assert codes(induced)["tweede-1/inleiding"] == f"G-IND {BORN}"
    swept = replace(second(), interventions=("236960006",))
    assert "tweede-1/inleiding" not in codes(swept)
    planned = replace(second(), interventions=("80771000146107",), labour=None)
    assert map_course([planned], {"tweede-1": "second"}).labour_on == BORN


def test_a_consult_is_no_transfer_unless_the_care_ended_with_it() -> None:
    consult = replace(first().referrals[0], kind="11429006")
    stays = replace(first(), referrals=(consult,), ended_on=None)
    course = map_course([stays], {"eerste-1": "first"})
    assert "V-VER" not in {act.code for act in course.acts}
    assert "geen overdracht" in course.notes[0]
    leaves = replace(first(), referrals=(consult,))
    assert "V-VER" in {act.code for act in map_course([leaves], {"eerste-1": "first"}).acts}


def test_the_paediatrician_counts_only_before_the_birth() -> None:
    before = BORN - timedelta(days=30)
    course = map_course(
        [with_child(second(), paediatrician=((before, "0088"), (BORN, "0099")))],
        {"tweede-1": "second"},
    )
    [visit] = [act for act in course.acts if act.code == "K-CON"]
    assert (visit.on, visit.provider, visit.specialism) == (before, "0088", "0316")
    assert any("kinderarts na de geboorte" in note for note in course.notes)


@pytest.mark.parametrize(
    ("ending", "kind"),
    [("2", "miscarriage"), ("3", "termination"), ("4", "ectopic"), ("5", "miscarriage")],
)
def test_an_early_end_takes_the_day_that_care_ended(ending: str, kind: str) -> None:
    ended = replace(first(), ending=ending, periods=frozenset({1}), labour=None)
    course = map_course([ended], {"eerste-1": "first"})
    assert (course.end_kind, course.ended_on, course.ended_precision_days) == (kind, BORN, 14)


def test_dossiers_join_by_bsn_or_by_birth_date_and_postcode_with_near_due_dates() -> None:
    one, other = first(), second()
    assert [len(group) for group in join_dossiers([other, one])] == [2]
    moved = replace(other, postcode="9999ZZ")
    assert len(join_dossiers([one, moved])) == 2
    same_bsn = replace(moved, bsn=one.bsn)
    assert len(join_dossiers([one, same_bsn])) == 1
    assert len(join_dossiers([one, replace(same_bsn, bsn="999910413")])) == 2
    next_year = replace(same_bsn, due_on=one.due_on + timedelta(days=15))
    assert len(join_dossiers([one, next_year])) == 2


@pytest.mark.parametrize(
    ("discipline", "agb", "line"),
    [("hospital", "", "second"), ("midwives", "06000001", "first"), ("", "06000001", "second"),
     ("", "08000001", "first"), ("", "", "first")],
)  # fmt: skip
def test_the_line_of_a_dossier(discipline: str, agb: str, line: Line) -> None:
    assert line_of(first(), discipline, agb) == line


def test_a_dossier_itself_tells_its_line() -> None:
    assert line_of(second()) == "second"
    risky = replace(first(), referrals=(), risk_after_intake="3")
    assert line_of(risky) == "second"
    back = replace(first().referrals[0], to_second_line=False, to_first_line=True,
                   from_number="0099", to_number="2001")  # fmt: skip
    assert line_of(replace(risky, referrals=(back,))) == "first"


def test_the_scenarios_that_others_wrote_become_the_acts_that_were_given(
    shared_folder: Path,
) -> None:
    read = [
        parse_kernset(file.name, file.read_bytes(), reference_on=T, years=YEARS, today=T)
        for file in sorted((shared_folder / "fhir" / "ada_lite_kernset").glob("scenario*.xml"))
    ]
    dossiers = [d for d in read if isinstance(d, Dossier)]
    groups = join_dossiers(dossiers)
    assert [len(group) for group in groups] == [1, 2, 1, 1]
    given = {
        group[0].file: sorted(
            act.code for act in map_course(group, {d.number: line_of(d) for d in group}).acts
        )
        for group in groups
    }
    assert given == {
        "scenario1-23.xml": ["V-CON", "V-INT", "V-PAR", "V-PP"],
        "scenario2_1elijn-23.xml": [
            "039683", "G-CON", "G-KBD", "G-NAC", "G-SEC", "V-CON", "V-INT", "V-VER"],
        "scenario5-23.xml": ["G-CON", "G-HER", "G-KBD", "G-NAC", "G-SEC"],
        "scenario6-23.xml": ["037751", "199803", "G-CON", "G-IND", "G-KBD", "G-KVM", "G-NAC"],
    }  # fmt: skip
