"""What was found and done? The entries of the record, by form, in the elements of the dataset.

An entry is written once; a correction is a new version, an error stays readable. Finishing one
counts as care activities, so that nothing is registered twice. Public: `commands`, `queries`,
`permissions`, `dictionary` (elements, forms and what counts as what, dated), `slots`.
"""
