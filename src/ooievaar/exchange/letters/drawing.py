"""Draws a letter as PDF; what it says goes in as data (`exchange.drawing`)."""

from dataclasses import asdict
from datetime import datetime
from pathlib import Path

from ooievaar.exchange import drawing
from ooievaar.exchange.drawing import INSTEAD
from ooievaar.exchange.letters.parts import Letter

REMARK = f"Tekens die in deze letter niet bestaan, staan als {INSTEAD}; het dossier heeft ze wel."
TEMPLATE = drawing.Template(Path(__file__).with_name("letter.typ"), "letter", REMARK)


def as_pdf(letter: Letter, made_at: datetime) -> bytes:
    """Return the letter as a PDF document; `made_at` is written in it."""
    return drawing.as_pdf(TEMPLATE, asdict(letter), made_at)


def as_picture(letter: Letter, made_at: datetime) -> bytes:
    """Return the first page as PNG, to look at."""
    return drawing.as_picture(TEMPLATE, asdict(letter), made_at)
