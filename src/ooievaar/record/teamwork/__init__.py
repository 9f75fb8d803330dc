"""How do they work together? Threads, meetings (MDO), buddies, appointments and agreed tasks.

Public: `commands.announce`, `queries`; the commands of each thing stand in a module of its name.
"""
