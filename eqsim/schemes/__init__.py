"""Integration schemes: text files, and the choice among them."""
