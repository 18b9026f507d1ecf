"""The experiments: watch, race, sweep, inspect, load. Each takes two lines in a notebook."""
