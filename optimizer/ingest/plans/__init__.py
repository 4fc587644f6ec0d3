"""Plans in files: written, read, published."""
