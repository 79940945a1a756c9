"""The public forms. They validate input and never save it."""
