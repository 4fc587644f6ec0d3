"""What customers were promised: the day that a visit is due, and what is said about promises that are at risk."""
