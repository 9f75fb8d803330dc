"""Advances and payments: who is paid when, on which account, and what the bank did with it.

A run is proposed from the books, approved by another, posted and stored before its file leaves, so
that one that is killed and started again pays nobody twice. Public: `accounts`, `advancing`,
`insurer_advances`, `proposing`, `deciding`, `sending`, `statements_in` (commands) and `queries`.
"""
