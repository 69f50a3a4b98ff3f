"""Real builds with real build backends."""
