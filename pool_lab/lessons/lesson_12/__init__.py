"""Lesson 12: its questions, its exercises and its cluster. Wrong answers are in tests/lessons/answers/."""
