"""What it costs: measured beside the limit, in one run. `make bench` prints and keeps the table."""
