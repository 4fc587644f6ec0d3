"""Who asks, what may be asked, and how often."""
