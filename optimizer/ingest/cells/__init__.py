"""What stands in a cell: tidied, told apart by its kind, and parsed."""
