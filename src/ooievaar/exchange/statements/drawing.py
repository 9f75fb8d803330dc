"""Draws a statement as PDF; what it says goes in as data (`exchange.drawing`)."""

from dataclasses import asdict
from pathlib import Path

from ooievaar.exchange import drawing
from ooievaar.exchange.statements.compose import compose
from ooievaar.settlement.statements.models import Statement

REMARK = f"Tekens die in dit lettertype niet bestaan, staan als {drawing.INSTEAD}."
TEMPLATE = drawing.Template(Path(__file__).with_name("statement.typ"), "sheet", REMARK)


def as_pdf(statement: Statement, language: str = "nl") -> bytes:
    """Return a statement as a PDF document; made twice it is the same to the byte."""
    return drawing.as_pdf(TEMPLATE, asdict(compose(statement, language)), statement.made_at)


def as_picture(statement: Statement, language: str = "nl") -> bytes:
    """Return the first page as PNG, to look at."""
    return drawing.as_picture(TEMPLATE, asdict(compose(statement, language)), statement.made_at)
