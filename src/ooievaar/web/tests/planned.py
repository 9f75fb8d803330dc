"""A pathway for the small region: its network follows a base since before the stories."""

from datetime import date

from ooievaar.network.models import Person
from ooievaar.pathways import commands
from ooievaar.pathways.models import PathwayVersion
from ooievaar.pathways.shipped import newest
from ooievaar.web.tests.small_region import NOW, Region

SINCE = date(2025, 1, 1)


def follow(region: Region, key: str = "basis") -> PathwayVersion:
    """Let the newest shipped version of a pathway hold in the network."""
    found = newest(key)
    assert found is not None
    author = Person.objects.create(username=f"zorgpad-{key}")
    made = commands.add_version(region.network, found.text, person=author, at=NOW)
    assert isinstance(made, PathwayVersion), made
    assert commands.sign(made, person=author, mandate="Regio", sha256=made.sha256, at=NOW)
    assert commands.put_in_force(made, person=author, valid_from=SINCE, at=NOW)
    return made
