"""The experiments, two lines each in a notebook: watch, race, sweep, inspect, load."""
