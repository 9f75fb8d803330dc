"""The pure rules of a closing: what is claimable, what differs from before, and the proof."""
