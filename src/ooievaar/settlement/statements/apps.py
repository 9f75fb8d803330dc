"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class StatementsConfig(AppConfig):
    """Statements and questions about them, with tables of its own."""

    name = "ooievaar.settlement.statements"
    label = "statements"
