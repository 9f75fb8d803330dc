"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    """What-if: another agreement, other tariffs, another pathway over a year that was, with tables of its own."""

    name = "ooievaar.settlement.whatif"
    label = "whatif"
