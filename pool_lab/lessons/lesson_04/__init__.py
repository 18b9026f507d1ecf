"""Lesson 04: its exercises, in words and in rules."""
