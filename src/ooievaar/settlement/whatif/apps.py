"""Django's name for this part of the room `settlement`."""

from django.apps import AppConfig


class WhatIfConfig(AppConfig):
    """Another agreement, other tariffs or another pathway over a year that was."""

    name = "ooievaar.settlement.whatif"
    label = "whatif"

    def ready(self) -> None:
        """Tell agreements what they would have divided."""
        from ooievaar.contracts.agreements.slots import EFFECTS
        from ooievaar.settlement.whatif.slots import effect_of_version

        EFFECTS.append(effect_of_version)
