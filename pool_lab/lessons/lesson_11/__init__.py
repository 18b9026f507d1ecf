"""Lesson 11: its questions and exercises. Wrong answers are in tests/lessons/answers/."""
