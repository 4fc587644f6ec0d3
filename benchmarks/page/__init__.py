"""A whole results page from one file: what it names (`plan`), the runs (`work`), `bars`, and the page (`report`)."""
