"""Lesson 08: its exercise. Wrong answers lie in tests/lessons/answers/."""
