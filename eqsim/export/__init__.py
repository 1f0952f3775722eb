"""Standalone programs: a network written as a project that runs without eqsim, and its results read back."""
