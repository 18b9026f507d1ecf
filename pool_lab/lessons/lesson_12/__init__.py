"""Lesson 12: its questions, its exercises and its cluster. Wrong answers lie in tests/lessons/answers/."""
