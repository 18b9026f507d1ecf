"""The chart of a sweep."""
