"""What stands in the records of a region that does not exist, beside the acts that it counts.

`stories` reads what is known of a pregnancy and what was done, `traits` draws what kind of woman
she is, the modules after it fill in the forms that belong to it, and `commands` stores them. What
people do together (threads, meetings, appointments, handing over) stands in `together`.
No woman in it is real; equal seeds give equal records.
"""
