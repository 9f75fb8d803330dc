"""Reads the table of docs/access.md: the promise that the matrix test holds the pages to."""

from pathlib import Path

from ooievaar.network.roles import Role

ACCESS = Path(__file__).resolve().parents[2] / "docs" / "access.md"
COLUMNS = {
    "mw": Role.MIDWIFE,
    "gyn": Role.GYNAECOLOGIST,
    "hosp": Role.CLINICAL_CARER,
    "kraam": Role.KRAAM_CARER,
    "echo": Role.SONOGRAPHER,
    "adm": Role.PRACTICE_ADMINISTRATOR,
    "ctrl": Role.CONTROLLER,
    "appr": Role.APPROVER,
    "dir": Role.DIRECTOR,
    "qual": Role.QUALITY_OFFICER,
    "repr": Role.REPRESENTATIVE,
    "chair": Role.CHAIR,
    "purch": Role.PURCHASER,
    "aud": Role.AUDITOR,
    "it": Role.ADMINISTRATOR,
}
OPEN, OWN, CLOSED = "yes", "own", "–"
WORDS = {OPEN, OWN, CLOSED}
ANYBODY = "anybody"


def rows() -> dict[str, dict[Role, str]]:
    """Return per page name what each role may; a page for anybody has no roles."""
    found: dict[str, dict[Role, str]] = {}
    heads: list[str] = []
    for line in ACCESS.read_text("utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not line.startswith("|") or set(cells[0]) <= {"-", ":"}:
            heads = heads if line.startswith("|") else []
            continue
        if not heads:
            heads = cells
            continue
        name = cells[0].strip("`")
        if heads[2:3] == [ANYBODY]:
            found[name] = {}
        elif heads[2:] == list(COLUMNS):
            assert name not in found, f"docs/access.md: {name} staat er twee keer"
            words = dict(zip(COLUMNS.values(), cells[2:], strict=True))
            assert set(words.values()) <= WORDS, f"docs/access.md: {name}: {words}"
            found[name] = words
    return found
