"""The other side of a channel, for tests that kill whoever hands over."""

from collections import Counter

from ooievaar.claims.channel import FolderChannel


class Portal:
    """Picks up what lies there, at any moment, and notes every file it was handed."""

    def __init__(self, channel: FolderChannel) -> None:
        self.channel = channel
        self.handed: Counter[str] = Counter()
        self.content: dict[str, bytes] = {}

    def collect(self) -> None:
        for name, content in self.channel.collect():
            self.handed[name] += 1
            self.content[name] = content
