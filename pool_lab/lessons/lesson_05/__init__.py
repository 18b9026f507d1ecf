"""Lesson 05: its exercises, in words and in rules."""
