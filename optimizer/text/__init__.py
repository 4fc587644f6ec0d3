"""What is shared by all that is written for people: sentences in two languages, whole files, workbook cells."""
