"""What the portal is measured with: `make bench`. Nothing here is tested for time, or shipped."""
