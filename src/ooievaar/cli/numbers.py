"""How a number is written in Dutch."""


def number(count: int) -> str:
    """Write a number with its thousands apart: 1.234."""
    return f"{count:,}".replace(",", ".")


def counted(count: int, one: str, many: str) -> str:
    """Write a number with the word that fits it: 1 product, 2 producten."""
    return f"{number(count)} {one if count == 1 else many}"
