"""Lesson 07: its exercises, in words and in rules."""
