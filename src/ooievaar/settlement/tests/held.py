"""Settings and app for a worker that stands still in the middle of storing a closing.

Once the closing is written and nothing under it yet, it tells so through the pipe that HELD_AT
names, and waits to be killed.
"""

import os
import signal
from typing import Any

from django.apps import AppConfig


class HeldConfig(AppConfig):
    name = "ooievaar.settlement.tests"
    label = "held"

    def ready(self) -> None:
        from django.db.models.signals import post_save

        from ooievaar.settlement.models import Closing

        post_save.connect(stand_still, sender=Closing)


def stand_still(**_: Any) -> None:
    with open(os.environ["HELD_AT"], "wb") as pipe:
        pipe.write(b"x")
    signal.pause()
