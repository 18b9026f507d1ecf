"""Lesson 06: its exercises, in words and in rules."""
