"""Lesson 10: its questions and exercises. Wrong answers lie in tests/lessons/answers/."""
