"""Checking: Model to CheckedModel."""
