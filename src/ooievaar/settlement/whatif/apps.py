"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    """Another agreement, other tariffs or another pathway over a year that was."""

    name = "ooievaar.settlement.whatif"
    label = "whatif"
