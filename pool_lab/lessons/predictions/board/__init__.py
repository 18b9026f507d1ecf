"""The board on which a timeline is drawn."""
