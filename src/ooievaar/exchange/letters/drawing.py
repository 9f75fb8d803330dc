"""Draws a letter as PDF, tagged for who hears it instead of reading it (PDF/UA).

What the letter says goes in as data: no text of a woman can become code. The same letter at the
same moment gives the same bytes.
"""

import json
import re
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

from ooievaar.exchange.letters.parts import Letter

TEMPLATE = Path(__file__).with_name("letter.typ")
ACCESSIBLE = "ua-1"
PICTURE_PPI = 110
UNSHOWN = re.compile(r'the text `?"((?:[^"\\]|\\.)+)"`? could not be displayed')
ESCAPED = re.compile(r"\\u\{([0-9a-f]+)\}|\\(.)", re.IGNORECASE)
CONTROLS = re.compile(
    r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]"
)
INSTEAD = "\N{WHITE VERTICAL RECTANGLE}"
MOST_ROUNDS = 4
REMARK = f"Tekens die in deze letter niet bestaan, staan als {INSTEAD}; het dossier heeft ze wel."


def as_pdf(letter: Letter, made_at: datetime) -> bytes:
    """Return the letter as a PDF document; `made_at` is written in it.

    A sign that the embedded fonts lack is shown as a box, and the letter says so: PDF/UA refuses
    a text that nobody can read.
    """
    # Here, not above: a library of tens of megabytes, for the few pages that make a letter.
    import typst

    said = _said(letter)
    for _round in range(MOST_ROUNDS):
        try:
            return _draw(said, made_at, "pdf", [ACCESSIBLE])
        except typst.TypstError as error:
            missing = _unshown(f"{error.message}\n{error.diagnostic}")
            if not missing:
                raise
            said = _without(said, missing)
    return _draw(said, made_at, "pdf", [])


def as_picture(letter: Letter, made_at: datetime) -> bytes:
    """Return the first page as PNG, to look at."""
    drawn: Any = _draw(_said(letter), made_at, "png", [])
    return drawn[0] if isinstance(drawn, list) else drawn


def _said(letter: Letter) -> dict[str, Any]:
    text = json.dumps(asdict(letter), ensure_ascii=True)
    return _each_text(json.loads(text), lambda words: CONTROLS.sub("", words))


def _draw(said: dict[str, Any], made_at: datetime, to: Any, standards: Any) -> Any:
    import typst

    return typst.compile(
        TEMPLATE,
        root=TEMPLATE.parent,
        format=to,
        ppi=PICTURE_PPI,
        # The fonts inside Typst only: on every machine the same letter.
        ignore_system_fonts=True,
        sys_inputs={"letter": json.dumps(said)},
        pdf_standards=standards,
        timestamp=int(made_at.timestamp()),
    )


def _unshown(diagnostic: str) -> set[str]:
    found: set[str] = set()
    for text in UNSHOWN.findall(diagnostic):
        shown = ESCAPED.sub(lambda m: chr(int(m[1], 16)) if m[1] else m[2], text)
        found.update(sign for sign in shown if not sign.isascii())
    return found


def _without(said: dict[str, Any], signs: set[str]) -> dict[str, Any]:
    missing = re.compile("[" + re.escape("".join(sorted(signs))) + "]")
    changed = _each_text(said, lambda words: missing.sub(INSTEAD, words))
    remarks = changed["colophon"]
    return changed | {"colophon": remarks if REMARK in remarks else [*remarks, REMARK]}


def _each_text(value: Any, change: Any) -> Any:
    if isinstance(value, str):
        return change(value)
    if isinstance(value, list):
        return [_each_text(one, change) for one in value]
    if isinstance(value, dict):
        return {key: _each_text(one, change) for key, one in value.items()}
    return value
