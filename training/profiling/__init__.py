"""The parts of a profile, each a function from numbers to a piece of ``chisto.schemas_profile``."""
