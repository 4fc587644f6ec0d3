"""Small branches as somebody would lay them out, each with what must become of it."""
