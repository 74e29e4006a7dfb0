"""The project's own demo comments."""

from chisto.demo.generator import generate

__all__ = ["generate"]
