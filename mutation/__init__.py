"""What `make mutate` does: small faults put into the rules, one by one, and told who notices.

`mutants` writes the faults of a source file, `operators` knows which; `putting_in` brings one into
a process that has everything imported; `trying` forks such a process per fault and runs the tests
of its room; `survivors` holds what nobody noticed against the reasons in `survivors.yaml`.
"""
