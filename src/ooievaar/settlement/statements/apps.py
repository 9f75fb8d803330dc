"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """Statements and questions about them, with tables of its own."""

    name = "ooievaar.settlement.statements"
    label = "statements"

    def ready(self) -> None:
        """Tell the overview of the books which questions wait."""
        from ooievaar.settlement.ledger.slots import ASKS
        from ooievaar.settlement.statements.questions import asks_of_questions

        ASKS.append(asks_of_questions)
