"""The settings of a worker that stands still in the middle of a closing."""

from ooievaar.settings import *  # noqa: F403
from ooievaar.settings import INSTALLED_APPS

INSTALLED_APPS = [*INSTALLED_APPS, "ooievaar.settlement.tests.held.HeldConfig"]
