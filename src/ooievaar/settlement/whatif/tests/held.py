"""An app that stands still just before or just after a scenario is stored, as HELD_WHEN says."""

import os
import signal
from typing import Any

from django.apps import AppConfig


class HeldConfig(AppConfig):
    name = "ooievaar.settlement.whatif.tests"
    label = "held_scenario"

    def ready(self) -> None:
        from django.db.models.signals import post_save, pre_save

        from ooievaar.settlement.whatif.models import Scenario

        moment = {"before": pre_save, "after": post_save}[os.environ["HELD_WHEN"]]
        moment.connect(stand_still, sender=Scenario)


def stand_still(**_: Any) -> None:
    with open(os.environ["HELD_AT"], "wb") as pipe:
        pipe.write(b"x")
    signal.pause()
