"""The model language: text to Model."""
