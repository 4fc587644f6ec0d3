"""What every request with a body or an Idempotency-Key passes."""
