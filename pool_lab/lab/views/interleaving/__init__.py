"""The view of two threads whose steps the reader chooses."""
