"""Analysis: CheckedModel to System."""
