"""What does law and practice say, in which year? Dated data with its sources.

The files in `data/` hold the products, limits, in/out list, regimes, catalogue and public tariffs;
no other room writes a year or an amount of the law. Every entry says where it comes from and
whether a person read that source. `load` gives the book, checked whole; `check` tells what is wrong
with a folder. Public: `load`, `check`, `RuleBook`, `CatalogueEntry`, `Entry`, `Section`.
"""

from ooievaar.rulebook.book import CatalogueEntry, HourlyOwnContribution, RuleBook
from ooievaar.rulebook.loading import FOLDER, check, load
from ooievaar.rulebook.reading import Entry, Section
from ooievaar.rulebook.schema import Choice, Product, Regime, RuleSentence

__all__ = [
    "FOLDER",
    "CatalogueEntry",
    "Choice",
    "Entry",
    "HourlyOwnContribution",
    "Product",
    "Regime",
    "RuleBook",
    "RuleSentence",
    "Section",
    "check",
    "load",
]
