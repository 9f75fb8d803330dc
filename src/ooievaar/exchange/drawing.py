"""Draws a document as PDF by Typst, tagged for who hears it instead of reading it (PDF/UA).

What the document says goes in as data: no text of a person can become code. The same document at
the same moment gives the same bytes.
"""

import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

ACCESSIBLE = "ua-1"
PICTURE_PPI = 110
UNSHOWN = re.compile(r'the text `?"((?:[^"\\]|\\.)+)"`? could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.IGNORECASE)
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
INSTEAD = "\N{WHITE VERTICAL RECTANGLE}"
MOST_ROUNDS = 4


@dataclass(frozen=True, slots=True)
class Template:
    """A file of Typst that reads what it says from the input `name`.

    A sign that the embedded fonts lack is shown as a box, and `remark` says so in the `colophon`:
    PDF/UA refuses a text that nobody can read.
    """

    path: Path
    name: str
    remark: str


def as_pdf(template: Template, said: dict[str, Any], made_at: datetime) -> bytes:
    """Return what is said as a PDF document; `made_at` is written in it."""
    # Here, not above: a library of tens of megabytes, for the few pages that make a document.
    import typst

    said = _clean(said)
    for _round in range(MOST_ROUNDS):
        try:
            return _draw(template, said, made_at, "pdf", [ACCESSIBLE])
        except typst.TypstError as error:
            missing = _unshown(f"{error.message}\n{error.diagnostic}")
            if not missing:
                raise
            said = _without(template, said, missing)
    return _draw(template, said, made_at, "pdf", [])


def as_picture(template: Template, said: dict[str, Any], made_at: datetime) -> bytes:
    """Return the first page as PNG, to look at."""
    drawn: Any = _draw(template, _clean(said), made_at, "png", [])
    return drawn[0] if isinstance(drawn, list) else drawn


def _clean(said: dict[str, Any]) -> dict[str, Any]:
    text = json.dumps(said, ensure_ascii=True)
    return _each_text(json.loads(text), lambda words: CONTROLS.sub("", words))


def _draw(
    template: Template, said: dict[str, Any], made_at: datetime, to: Any, standards: Any
) -> Any:
    import typst

    return typst.compile(
        template.path,
        root=template.path.parent,
        format=to,
        ppi=PICTURE_PPI,
        # The fonts inside Typst only: on every machine the same document.
        ignore_system_fonts=True,
        sys_inputs={template.name: json.dumps(said)},
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
    )


def _unshown(diagnostic: str) -> set[str]:
    found: set[str] = set()
    for text in UNSHOWN.findall(diagnostic):
        shown = ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
        found.update(sign for sign in shown if not sign.isascii())
    return found


def _without(template: Template, said: dict[str, Any], signs: set[str]) -> dict[str, Any]:
    missing = re.compile("[" + re.escape("".join(sorted(signs))) + "]")
    changed = _each_text(said, lambda words: missing.sub(INSTEAD, words))
    remarks = changed["colophon"]
    return changed | {
        "colophon": remarks if template.remark in remarks else [*remarks, template.remark]
    }


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {key: _each_text(one, change) for key, one in value.items()}
    return value
