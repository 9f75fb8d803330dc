"""What is paid to whom, netted; pure."""
