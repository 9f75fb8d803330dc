"""What the agreement says about one line: only the sentences that it follows."""

from ooievaar.contracts.agreements.words import Statement, statements
from ooievaar.contracts.rules.agreement import ANY_PRODUCT, Distribution, as_shown_to
from ooievaar.settlement.statements.lines import Line


def fragment_of(line: Line) -> list[Statement]:
    """Return the sentences of the agreement that a line follows, as its own party may read them."""
    organisation = line.share.organisation
    if line.agreement is None or line.agreement.text is None or organisation is None:
        return []
    shown = as_shown_to(line.agreement.text, frozenset({organisation.agb}))
    return [said for said in statements(shown) if _is_about(said, shown, line, organisation.agb)]


def _is_about(said: Statement, agreement: Distribution, line: Line, agb: str) -> bool:
    product, discipline = line.share.product.product, line.share.discipline
    listed = product if product in agreement.products else ANY_PRODUCT
    match said.place:
        case ("overhead",) | ("reserve", "ppm") | ("surcharges", _, "amount"):
            return True
        case ("products", name, "shares" | "members", whose):
            return name == listed and whose == discipline
        case ("products", name, *_):
            return name == listed
        case ("disciplines", name, "shares", whose):
            return name == discipline and whose in _wholes(agreement, discipline, agb)
        case ("disciplines", name, "cooperatives", cooperative, *rest):
            is_ours = cooperative in _wholes(agreement, discipline, agb)
            return name == discipline and is_ours and (rest[0] != "shares" or rest[1] == agb)
        case ("disciplines", name, *_):
            return name == discipline
    return False


def _wholes(agreement: Distribution, discipline: str, agb: str) -> set[str]:
    """Return the party itself, and the cooperative that it is a member of."""
    rule = agreement.disciplines.get(discipline)
    cooperatives = rule.cooperatives if rule else ()
    return {agb} | {row.agb for row in cooperatives if agb in row.members}
