"""Who leads her care, and who is asked? Referral, consultation, transfer, and full wards.

Public: `commands`, `queries`, `wards`, and `warnings`, which rooms to the right fill.
"""
