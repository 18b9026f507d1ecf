"""The result of a race."""
