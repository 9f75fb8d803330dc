"""Django's settings, from the environment; docs/running.md lists what can be set."""

from ooievaar.settings.base import *
from ooievaar.settings.running import *
from ooievaar.settings.signing_in import *
