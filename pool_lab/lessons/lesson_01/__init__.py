"""Lesson 01: its exercises, in words and in rules."""
