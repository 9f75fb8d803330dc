"""Many regions and years at once: a folder of facts that may leave, and what the rules make of it.

`snapshot` writes what a network knows without who the women are; `derive` runs the same rules and
the same division over the folders of one region or of all, on DuckDB or on Apache Spark.
"""
