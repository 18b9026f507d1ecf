"""Lesson 03: its exercises, in words and in rules."""
