"""Comments to measure with, from the project's own generator; all distinct, so that no cache of answers would help."""

from chisto.demo.generator import generate


def comments(count: int, seed: int = 0) -> list[str]:
    """Distinct comments, about 100 characters long at the median."""
    texts = [text for text, _ in generate(count, seed)]
    return [f"{texts[n % len(texts)]} {n}" for n in range(count)]
