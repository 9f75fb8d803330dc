"""The tables the division reads and the one it gives, with the type of every column.

Amounts are integer cents, weights are integers, open ends are the far date. All rows are of one
network; `memberships` are those that take part in its funding.
"""

PRODUCTS = {"product_no": "int64", "product": "string", "starts_on": "date", "cents": "int64"}
UNITS = {  # what each organisation performed for a product: minutes of kraamzorg, else acts
    "product_no": "int64",
    "organisation_id": "int64",
    "units": "int64",
}
AGREEMENTS = {
    "agreement_id": "int64",
    "valid_from": "date",
    "valid_until": "date",
    "overhead_ppm": "int64",
}
DISCIPLINE_SHARES = {
    "agreement_id": "int64",
    "product": "string",
    "discipline": "string",
    "ppm": "int64",
    "method": "string",  # 'fixed_share' or 'performed'
}
MEMBER_SHARES = {"agreement_id": "int64", "organisation_id": "int64", "ppm": "int64"}
MEMBERSHIPS = {"organisation_id": "int64", "valid_from": "date", "valid_until": "date"}
ORGANISATIONS = {"organisation_id": "int64", "discipline": "string"}

DIVISION_INPUTS = {
    "divisible_products": PRODUCTS,
    "units": UNITS,
    "agreements": AGREEMENTS,
    "discipline_shares": DISCIPLINE_SHARES,
    "member_shares": MEMBER_SHARES,
    "memberships": MEMBERSHIPS,
    "organisations": ORGANISATIONS,
}

SHARES = {
    "product_no": "int64",
    "kind": "string",  # 'overhead', 'partner' or 'reserve'
    "discipline": "string",  # '' where no discipline was reached
    "organisation_id": "int64",  # may be null; reserve: the organisation that is not entitled
    "cents": "int64",  # never 0: what nobody gets is no share
    "rule": "string",  # 'division'
    "reason": "string",  # overhead, fixed_share, performed | no_agreement, not_a_member,
    #                      no_member_share, nobody_performed
    "agreement_id": "int64",  # may be null; the parameters of the share from here on
    "discipline_ppm": "int64",  # may be null: no discipline was reached
    "parent_cents": "int64",  # the amount that was split: of the product, or of its discipline
    "weight": "int64",
    "weight_total": "int64",
}
