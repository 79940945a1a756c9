"""Forms that the public fills in: they judge what people type, and never save."""
