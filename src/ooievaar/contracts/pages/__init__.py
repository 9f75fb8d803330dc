"""The pages of distribution agreements: read, written, asked about, signed, and put in force."""
