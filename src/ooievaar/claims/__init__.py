"""Who owes us what? Claims: the difference between what is owed and what was claimed.

`rules` compares what follows from the care (`bundles`) with what was sent and how it was answered,
and says what should go out now; nobody types a correction. `messages` turns files into typed
records and back. Nothing that was sent or received is ever changed: a correction is a new line.
"""
