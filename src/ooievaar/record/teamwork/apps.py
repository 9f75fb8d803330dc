"""Django's name for this part of the record."""

from django.apps import AppConfig


class TeamworkConfig(AppConfig):
    """Working together, a part of the room `record` with tables of its own."""

    name = "ooievaar.record.teamwork"
    label = "teamwork"
