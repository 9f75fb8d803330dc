"""What was found, fit to print: short, on one line, without a BSN, a name or an address."""

import re

from ooievaar.exchange.tables import Column
from ooievaar.kernel.identifiers import is_bsn, mask_bsn

LONGEST = 60
NINE_DIGITS = re.compile(r"(?<!\d)\d{9}(?!\d)")


def shown(found: str | None, column: Column | None = None) -> str:
    """Return a found value as text for a fault; nothing found is `niets`."""
    if found is None or found == "":
        return "niets"
    if column is not None and column.private:
        return mask_bsn(found) if column.form == "bsn" else "een waarde die niet wordt getoond"
    text = "".join(char if char.isprintable() else "·" for char in found)
    text = NINE_DIGITS.sub(lambda m: mask_bsn(m[0]) if is_bsn(m[0]) else m[0], text)
    return f'"{text[:LONGEST]}…"' if len(text) > LONGEST else f'"{text}"'
