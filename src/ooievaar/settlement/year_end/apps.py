"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class YearEndConfig(AppConfig):
    """The end of a year: guarantee, safety net, reserve, with tables of its own."""

    name = "ooievaar.settlement.year_end"
    label = "year_end"
