"""What others wrote in FHIR STU3 becomes entries of the record, or is told as not placed.

`reading` makes resources of bytes, `placing` makes entries of resources by `mapping.yaml` and the
dictionary of the record, `storing` keeps them, `report` counts every datum. See docs/record.md.
"""
