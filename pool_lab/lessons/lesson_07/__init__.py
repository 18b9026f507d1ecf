"""Lesson 07: its questions and exercises. Wrong answers are in tests/lessons/answers/."""
