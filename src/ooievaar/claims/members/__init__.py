"""Members' own claim files (VK301, KZ301 with list 011, ZH308) as registration of care.

A file says what was done for whom, and that is what is read: each debit line becomes one care
activity of source `claims`, a credit line withdraws the activity of the debit line that it names.
That a file was written does not say that it was sent: only what is known to have gone to an
insurer counts as billed the old way.
"""
