"""A statement as a spreadsheet: the summary, the products, and every line behind them."""

import io
from collections.abc import Iterable
from datetime import date, datetime
from operator import attrgetter, itemgetter
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import override
from openpyxl import Workbook

from ooievaar.settlement.statements import words
from ooievaar.settlement.statements.models import Statement
from ooievaar.settlement.statements.queries import Line, Own, lines_of, of_itself
from ooievaar.settlement.statements.rules.difference import Part
from ooievaar.ui.columns import Column
from ooievaar.ui.exports import add_sheet
from ooievaar.ui.templatetags.ooievaar import month_name


def as_workbook(
    statement: Statement, at: datetime, language: str = "nl", own: Own | None = None
) -> bytes:
    """Return a statement as XLSX; the lines are those that its organisation may see at `at`.

    A pregnancy without care by the organisation has a pseudonym there.
    """
    own = own or of_itself(statement.network, statement.organisation)
    with override(language):
        book = Workbook(write_only=True)
        add_sheet(book, _("Samenvatting"), _summary_columns(), _summary(statement))
        add_sheet(book, _("Producten"), _product_columns(), statement.figures["products"])
        lines = lines_of(own, [statement.month], at)
        add_sheet(book, _("Regels"), _line_columns(), lines)
        file = io.BytesIO()
        book.save(file)
    return file.getvalue()


def _summary_columns() -> list[Column]:
    return [
        Column("onderdeel", _("Onderdeel"), itemgetter(0)),
        Column("wat", _("Wat"), itemgetter(1)),
        Column("bedrag", _("Bedrag"), itemgetter(2), kind="euro"),
    ]


def _summary(statement: Statement) -> Iterable[tuple[str, str, int | None]]:
    figures: dict[str, Any] = statement.figures
    whose = f"{statement.organisation.name}, {month_name(statement.month)}"
    yield _("Afschrift"), f"{statement.number}, {whose}", None
    new = sum(row["cents"] for row in figures["products"] if not row["is_correction"])
    yield _("Deze maand"), _("Nieuwe producten"), new
    yield _("Deze maand"), _("Correcties"), figures["income_cents"] - new
    yield _("Deze maand"), _("Samen deze maand"), figures["income_cents"]
    difference = figures["difference"]
    if before := difference["month_before"]:
        heading = _("Het verschil met %(month)s") % {"month": month_name(before)}
        for part in difference["parts"]:
            yield heading, words.part_sentence(Part(**part), before), part["cents"]
        whole = difference["cents"] - difference["cents_before"]
        yield heading, _("Het hele verschil"), whole
    for kind, account in figures["accounts"].items():
        name = str(words.ACCOUNT_KINDS.get(kind, kind))
        yield name, _("Stond er"), account["opening"]
        for reason, cents in account["movements"]:
            yield name, words.movement(reason), cents
        yield name, _("Staat er"), account["closing"]
    for why, cents in figures["held"]:
        yield _("Vastgehouden"), words.held_word(why), cents
    yield _("Uitbetaling"), _("Mag worden uitbetaald"), figures["payable_cents"]
    for line in figures["paid"]:
        told = f"{line['pay_on']}, {line['number']}"
        yield _("Betalingen"), told, line["cents"]
        if line["came_back"]:
            yield _("Betalingen"), f"{told}, {_('Kwam terug van de bank')}", -line["cents"]


def _product_columns() -> list[Column]:
    return [
        Column("product", _("Product"), lambda row: words.product_name(row["product"])),
        Column("fase", _("Fase"), lambda row: words.phase_name(row["phase"])),
        Column("soort", _("Soort"), lambda row: _kind(row["is_correction"])),
        Column("aantal", _("Aantal"), itemgetter("count"), kind="number"),
        Column("bedrag", _("Bedrag"), itemgetter("cents"), kind="euro"),
    ]


def _line_columns() -> list[Column]:
    return [
        Column("zwangere", _("Zwangere"), attrgetter("name")),
        Column("product", _("Product"), lambda line: words.product_name(line.product)),
        Column("fase", _("Fase"), lambda line: words.phase_name(line.phase)),
        Column("einde", _("Fase geëindigd"), _ended_on, kind="day"),
        Column("soort", _("Soort"), lambda line: _kind(line.is_correction)),
        Column("bedrag", _("Bedrag"), attrgetter("cents"), kind="euro"),
        Column("hoe", _("Hoe verdeeld"), lambda line: words.method_word(line.reason)),
    ]


def _ended_on(line: Line) -> date:
    return date.fromordinal(line.claimable_on.toordinal() - 1)


def _kind(is_correction: bool) -> str:
    return _("correctie") if is_correction else _("nieuw")
