"""The portal: looks at a file as a whole, passes it on unchanged, or sends it back."""

from dataclasses import dataclass, field
from datetime import date

from ooievaar.claims.messages.kz301 import claim_rows
from ooievaar.claims.messages.reading import read_message
from ooievaar.simulator.insurance.answers import Layouts, records_refused, whole_file_refused
from ooievaar.simulator.insurance.chances import Chances
from ooievaar.simulator.insurance.rates import InsuranceRates
from ooievaar.simulator.insurance.verdicts import INVOICE_KNOWN, TECHNICAL

UNKNOWN_TO_THE_PORTAL = ("0582", "8011", "8061")
"""Why a table of the portal that is behind refuses a record that is good."""


@dataclass(frozen=True, slots=True)
class Passed:
    """A file that went on to its insurer."""

    invoice: str
    uzovi: str
    content: bytes


@dataclass(slots=True)
class Portal:
    """What reached the portal, by name, and which invoices it let through."""

    rates: InsuranceRates
    chances: Chances
    layouts: Layouts
    seen: set[str] = field(default_factory=set)
    passed: set[tuple[str, str]] = field(default_factory=set)
    faults: list[str] = field(default_factory=list)
    """What was really wrong with files of ours; stays empty unless we have a fault."""

    def receive(self, name: str, content: bytes, today: date) -> Passed | bytes:
        """Return the file to pass on, or the return that refuses it."""
        self.seen.add(name)
        message, findings = read_message(content, self.layouts)
        if message is None or findings:
            self.faults += [finding.message for finding in findings]
            raise ValueError(f"{name}: een bestand dat geen portaal kan lezen: {findings[:3]}")
        number = str(len(self.seen))
        invoice = str(message.header.by_element("NUM029") or "")
        uzovi = str(message.header.by_element("COD061") or "")
        if (uzovi, invoice) in self.passed:
            self.faults.append(f"{name}: {INVOICE_KNOWN}")
            return whole_file_refused(self.layouts, content, today, INVOICE_KNOWN)
        if self.chances.happens(self.rates.portal_refuses_file, "portal", number):
            return whole_file_refused(self.layouts, content, today, TECHNICAL)
        if self.chances.happens(self.rates.portal_refuses_records, "records", number):
            rows = claim_rows(message)
            row = self.chances.choose(rows, "record", number)
            code = self.chances.choose(UNKNOWN_TO_THE_PORTAL, "code", number)
            return records_refused(self.layouts, content, today, {row.reference: code})
        self.passed.add((uzovi, invoice))
        return Passed(invoice, uzovi, content)
