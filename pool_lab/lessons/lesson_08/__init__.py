"""Lesson 08: its exercises, in words and in rules."""
