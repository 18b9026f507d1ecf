"""Grading: the exercises of submitted notebooks, tried and marked."""
