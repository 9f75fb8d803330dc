"""What should be claimed now, and why: values in, values out."""
