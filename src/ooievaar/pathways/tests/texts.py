"""Small pathways for stories, written as a region would."""

from collections.abc import Iterable

from ooievaar.pathways.reading import read_definition
from ooievaar.pathways.rules.definition import Definition

HEAD = """\
key: {key}
kind: {kind}
title_nl: {title}
title_en: {title}
summary_nl: Kort
summary_en: Short
is_example: true
verified: false
source: OWN
{more}for_whom:
  sentence_nl: Wie dit betreft.
  sentence_en: Whom this is about.
{criteria}sources:
  - {{short: OWN, title: Eigen voorbeeld}}
activities:
"""


def activity(key: str, when: str, *more: str, who: str = "midwives", line: str = "primary") -> str:
    """Write an activity; `when` is its line of time, `more` are further lines."""
    role = {"midwives": "midwife", "gynaecologists": "gynaecologist", "kraamzorg": "kraam_carer",
            "ultrasound": "sonographer"}[who]  # fmt: skip
    lines = [
        f"- key: {key}",
        f"  name_nl: {key}",
        f"  name_en: {key}",
        f"  {when}",
        f"  discipline: {who}",
        f"  line: {line}",
        f"  role: {role}",
        *(f"  {line}" for line in more),
        "  source: OWN",
    ]
    return "".join(f"  {line}\n" for line in lines)


def weeks(start: str, until: str) -> str:
    """Write a window of gestation."""
    return f"gestation: {{from: {start}, until: {until}}}"


def days(start: int, until: int) -> str:
    """Write a window after birth."""
    return f"after_birth: {{from: {start}, until: {until}}}"


def text(
    key: str, activities: Iterable[str], kind: str = "base", more: str = "", criteria: str = ""
) -> str:
    """Write a pathway."""
    head = HEAD.format(key=key, kind=kind, title=key.title(), more=more, criteria=criteria)
    return head + "".join(activities)


def pathway(
    key: str, activities: Iterable[str], kind: str = "base", more: str = "", criteria: str = ""
) -> Definition:
    """Read a pathway."""
    return read_definition(f"{key}.yaml", text(key, activities, kind, more, criteria))
