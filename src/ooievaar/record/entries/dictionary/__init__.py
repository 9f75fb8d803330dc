"""Which elements can be recorded, on which forms, and what counts as what? Dated data, checked.

The files lie in `../data`; `load` gives the dictionary, read once per process, `check` tells what
is wrong with a folder. Elements come from the national dataset where it has them; nothing was given
a code that was not read.
"""

from ooievaar.record.entries.dictionary.book import Dictionary
from ooievaar.record.entries.dictionary.loading import FOLDER, check, load
from ooievaar.record.entries.rules.parts import Choice, Element, Field, Form, Group, Section

__all__ = [
    "FOLDER",
    "Choice",
    "Dictionary",
    "Element",
    "Field",
    "Form",
    "Group",
    "Section",
    "check",
    "load",
]
