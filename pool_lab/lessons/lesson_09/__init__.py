"""Lesson 09: its questions and exercises, and what it builds. Wrong answers lie in tests/lessons/answers/."""
