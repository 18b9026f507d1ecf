"""The live timeline."""
