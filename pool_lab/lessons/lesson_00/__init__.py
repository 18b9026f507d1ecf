"""Lesson 00: its exercises, in words and in rules."""
