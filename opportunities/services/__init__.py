"""What is done with needs and offers."""
