"""What an input can get wrong: every kind of fault with its cause and way out, and the log that gathers them."""
