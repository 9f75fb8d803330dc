"""What handing over means, without a database or a clock."""
