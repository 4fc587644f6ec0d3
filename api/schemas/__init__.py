"""The wire models, and the bodies of requests in the reference."""
