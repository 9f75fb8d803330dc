"""Rule `elements`: which codes a role sees of what others recorded.

Kraamzorg and ultrasound get the elements of their published transaction; who guides the pregnancy
gets all (health-record-exchange.md, section 5). Provisional: the sets stand in the rule book.
"""

from datetime import date

from ooievaar.rulebook import RuleBook


def codes_seen_by(book: RuleBook, role: str, discipline: str, day: date) -> frozenset[str] | None:
    """Return the codes whose entries somebody sees of others on a day; None is all of them.

    The role decides; in a role that sees all, the discipline of the organisation does.
    """
    of_role = book.elements_for(role, day)
    return book.elements_for(discipline, day) if of_role is None else of_role
