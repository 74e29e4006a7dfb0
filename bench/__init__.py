"""Where the figures that README quotes come from: `make bench`."""
