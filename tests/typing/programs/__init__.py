"""Everyday programs with pools, as a type checker sees them. They are read and never run.

A wrong line has a mark with mypy's code for its error. `test_checkers` makes sure that each checker finds fault with
these lines and with no others.
"""
