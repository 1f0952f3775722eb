"""Source text, the spans that point into it, and the mistakes that quote it."""
