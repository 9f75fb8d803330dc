"""The settings of a worker that stands still around storing a scenario."""

from ooievaar.settings import *  # noqa: F403
from ooievaar.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "ooievaar.settlement.whatif.tests.held.HeldConfig"]
