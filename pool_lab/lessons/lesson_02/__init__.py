"""Lesson 02: its exercises, in words and in rules."""
