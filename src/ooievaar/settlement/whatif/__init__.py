"""What-if: another agreement, other tariffs, another pathway over a year that was."""
