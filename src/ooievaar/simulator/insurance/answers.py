"""The messages that the portal and the insurers send: what was sent, with an answer behind it."""

from collections.abc import Mapping, Sequence
from datetime import date

from ooievaar.claims.messages.kz301 import claim_rows
from ooievaar.claims.messages.layout import Layout
from ooievaar.claims.messages.message import Message
from ooievaar.claims.messages.reading import read_message
from ooievaar.claims.messages.returns import Verdict, Verdicts, write_return
from ooievaar.claims.messages.rows import ClaimRow
from ooievaar.simulator.insurance.books import BookLine

Layouts = Mapping[str, Layout]
"""The layouts in force by key, as both sides of the counter know them."""


def open_message(layouts: Layouts, content: bytes) -> Message:
    """Return a file that the portal let through."""
    message, findings = read_message(content, layouts)
    assert message is not None and not findings, findings
    return message


def rows_of(layouts: Layouts, content: bytes) -> list[ClaimRow]:
    """Return the lines of a file that the portal let through."""
    return claim_rows(open_message(layouts, content))


def whole_file_refused(
    layouts: Layouts, sent: bytes, today: date, code: str, number: str = ""
) -> bytes:
    """Refuse a file as a whole: header and trailer only. Without a number it is the portal."""
    return _written(layouts, sent, Verdicts(today, number, codes=(code,), refuses_file=True))


def records_refused(layouts: Layouts, sent: bytes, today: date, codes: Mapping[str, str]) -> bytes:
    """Send a whole file back for some records (by reference), as the portal does."""
    lines = {reference: Verdict(0, (code,)) for reference, code in codes.items()}
    return _written(layouts, sent, Verdicts(today, lines=lines))


def answer(
    layouts: Layouts, sent: bytes, judged: Sequence[BookLine], today: date, number: str
) -> bytes:
    """Answer a file as its insurer does: only what is not granted in full comes back."""
    lines = {
        line.row.reference: Verdict(line.granted_cents, line.codes)
        for line in judged
        if line.granted_cents != line.row.cents
    }
    return _written(layouts, sent, Verdicts(today, number, lines=lines))


def _written(layouts: Layouts, sent: bytes, verdicts: Verdicts) -> bytes:
    content = write_return(sent, verdicts, layouts)
    assert isinstance(content, bytes), content
    return content
