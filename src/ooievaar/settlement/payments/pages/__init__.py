"""Pages of payments: runs, bank statements, advances and loans, and the accounts of everybody."""
