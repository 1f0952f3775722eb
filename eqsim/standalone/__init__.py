"""The driver of exported programs: copied into them, it imports nothing but NumPy and a few modules beside it."""
