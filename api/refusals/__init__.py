"""What is not done, and why: refusals in the reader's language, as problem details (RFC 9457)."""
