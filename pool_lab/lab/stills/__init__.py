"""The pictures that matplotlib draws."""
