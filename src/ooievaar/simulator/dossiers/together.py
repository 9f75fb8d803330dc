"""What people do together in the region: handing over, speaking with each other, meeting, planning.

Everything goes through the commands that the pages use. What she objects to is refused by them, and
then another woman is taken; so the numbers here are of what is wanted, not of what must be.
"""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from ooievaar.network.workplace import Workplace
from ooievaar.simulator.dossiers.calendars import Calendars
from ooievaar.simulator.dossiers.company import cast_of
from ooievaar.simulator.dossiers.handing_over import HandingOver
from ooievaar.simulator.dossiers.speaking import Speaking
from ooievaar.simulator.dossiers.stories import Story
from ooievaar.simulator.dossiers.traits import Traits


class Together(HandingOver, Speaking, Calendars):
    """Writes what the cast does together, of every kind."""

    def write(self) -> Counter[str]:
        """Write everything, what was first first: each command asks how things stand at its hour.

        Returns how many of each were made.
        """
        pairs = self.fix_buddies()
        self.hand_over()
        self.meet_before()
        self.have_answered()
        self.meet_soon()
        self.talk()
        self.wait_for_answers()
        self.report_a_full_ward()
        self.coordinate()
        self.fill_calendars()
        for pair in pairs:
            self.hold_joint_hour(pair)
        return self.made


def live_together(
    people: Sequence[Workplace],
    stories: Sequence[Story],
    traits: dict[int, Traits],
    seed: int,
    now: datetime,
) -> Counter[str]:
    """Write what people do together, if there are who can; return how many of each."""
    cast = cast_of(people)
    return Together(cast, stories, traits, seed, now).write() if cast else Counter()
