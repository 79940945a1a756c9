"""Forms of needs and offers."""
