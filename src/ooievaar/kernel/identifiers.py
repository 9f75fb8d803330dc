"""Dutch identifiers: BSN (citizen), AGB (care provider), UZOVI (insurer), and their checks."""

BSN_UNKNOWN = "999999999"
"""The value electronic claims use for a woman without a BSN; it passes no eleven-test."""


def is_bsn(text: str) -> bool:
    """Tell whether `text` is nine digits that pass the eleven-test of the Dutch citizen number."""
    if len(text) != 9 or not text.isascii() or not text.isdigit() or text == "000000000":
        return False
    weights = (9, 8, 7, 6, 5, 4, 3, 2, -1)
    return sum(w * int(c) for w, c in zip(weights, text, strict=True)) % 11 == 0


def mask_bsn(bsn: str) -> str:
    """Show only the last three digits of a BSN, as on the pregnancy banner."""
    return f"******{bsn[-3:]}" if bsn else ""


def is_agb(text: str) -> bool:
    """Tell whether `text` is an AGB code: two digits of provider type and six of serial."""
    return len(text) == 8 and text.isascii() and text.isdigit()


def is_uzovi(text: str) -> bool:
    """Tell whether `text` is a UZOVI code: four digits that name an insurer."""
    return len(text) == 4 and text.isascii() and text.isdigit()
