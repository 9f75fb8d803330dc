"""What builds, checks and proves the project; nothing here is part of the installed package."""
