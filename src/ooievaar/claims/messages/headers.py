"""What the header of a message says: which standard, and whether its values can be right."""

from collections.abc import Iterator, Mapping
from datetime import date

from ooievaar.claims.messages.findings import Finding, shown
from ooievaar.claims.messages.layout import Layout, find_layout
from ooievaar.claims.messages.message import Record

PAYEES = {
    "01": ("COD377", "0013"),
    "02": ("COD009", "0014"),
    "03": ("COD181", "0016"),
    "04": ("COD031", "0017"),
}
"""COD833: whom the payment is for, the element that must name them, and the return code."""

IMPORT_HINT = (
    "de officiële specificatie van Vektis, in te lezen met `ooievaar layout import BESTAND`; "
    "tot dan alleen testberichten (T)"
)


def layout_of_header(
    text: str, layouts: Mapping[str, Layout]
) -> tuple[Layout | None, Finding | None]:
    """The layout that the first line of a file asks for, or why there is none."""

    def refused(number: str, name: str, code: str, value: str, expected: str) -> Finding:
        return Finding(
            "file",
            line_no=1,
            record_code="01",
            field_number=number,
            field_name=name,
            value=value,
            expected=expected,
            code=code,
            message="Dit bestand is niet als bericht te herkennen.",
        )

    message, version, subversion = text[2:5], text[5:7], text[7:9]
    if text[:2] != "01":
        return None, refused("0101", "Kenmerk record", "0002", text[:2], "01 (voorlooprecord)")
    known = [one for one in layouts.values() if message in one.message_codes]
    if not known:
        codes = sorted({code for one in layouts.values() for code in one.message_codes})
        told = f"een van: {', '.join(codes)}"
        return None, refused("0102", "Code externe-integratiebericht", "0010", message, told)
    if version.isdecimal() and subversion.isdecimal():
        layout = find_layout(layouts, message, int(version), int(subversion))
        if layout is not None:
            return layout, None
    versions = sorted(f"{one.version:02d} {one.subversion:02d}" for one in known)
    return None, refused(
        "0103",
        "Versienummer berichtstandaard",
        "0011",
        f"{version} {subversion}",
        f"{known[0].standard}, versie en subversie {' of '.join(versions)}",
    )


def header_findings(layout: Layout, header: Record, *, allow_test: bool) -> Iterator[Finding]:
    """What is wrong with the values of a header; dates are not compared with today."""
    fields, values = header.layout.by_element, header.values

    def refused(element: str, code: str, expected: str, message: str) -> Finding:
        field = fields[element]
        return Finding(
            "file",
            line_no=header.line_no,
            record_code="01",
            field_number=field.number,
            field_name=field.name,
            value=shown(field, header.text[field.start - 1 : field.end].rstrip()),
            expected=expected,
            code=code,
            message=message,
        )

    kind = header.by_element("COD856")
    if kind not in ("P", "T"):
        yield refused("COD856", "", "P (productie) of T (test)", "Soort bericht is onjuist.")
    elif kind == "T" and not allow_test:
        yield refused("COD856", "8028", "P (productie)", "Een testbericht telt hier niet.")
    elif kind == "P" and layout.is_provisional:
        message = (
            f"De indeling van {layout.standard} is voorlopig; een echt bericht wordt geweigerd."
        )
        yield refused("COD856", "8028", IMPORT_HINT, message)

    days: dict[str, date | None] = {}
    for element, code in (("DAT043", "0020"), ("DAT044", "0021"), ("DAT031", "0025")):
        value = header.by_element(element)
        days[element] = value if isinstance(value, date) else None
        if element in fields and days[element] is None:
            yield refused(
                element, code, "een bestaande datum", "Deze datum ontbreekt of is onjuist."
            )
    start, end, dated = days["DAT043"], days["DAT044"], days["DAT031"]
    if start and end and start > end:
        yield refused(
            "DAT044", "8175", "niet voor de begindatum", "De periode eindigt voor het begin."
        )
    if end and dated and dated < end:
        message = "De factuur is van voor het einde van de periode."
        yield refused("DAT031", "0025", "op of na de einddatum van de periode", message)

    invoice = header.by_element("NUM029")
    if not invoice or str(invoice).startswith(" "):
        message = "Factuurnummer ontbreekt of begint met een spatie."
        yield refused("NUM029", "0030", "een factuurnummer vanaf de eerste positie", message)
    payee = PAYEES.get(str(header.by_element("COD833")))
    if payee is None:
        message = "Aan wie betaald wordt, ontbreekt of is onjuist."
        yield refused("COD833", "", f"een van: {', '.join(PAYEES)}", message)
    elif not _is_filled(header, payee[0]):
        yield refused(
            payee[0], payee[1], "acht cijfers", "De AGB-code van wie betaald wordt, ontbreekt."
        )
    if not (_is_filled(header, "COD061") or _is_filled(header, "COD377")):
        message = "Aan welke verzekeraar het bericht gericht is, ontbreekt."
        yield refused("COD061", "0018", "een UZOVI-nummer", message)
    for element in ("COD363",):
        if (field := fields.get(element)) and field.fixed and values[field.number] != field.fixed:
            yield refused(element, "", field.fixed, "De valuta is onjuist.")


def _is_filled(header: Record, element: str) -> bool:
    value = header.by_element(element)
    return isinstance(value, str) and value.isascii() and value.isdigit()
