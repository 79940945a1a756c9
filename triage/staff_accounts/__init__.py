"""The pages on which desk managers invite, change and deactivate staff."""
