"""Targets: Kernel to callable."""
