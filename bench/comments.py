"""Comments to measure with, from the project's own generator; all distinct, so that no cache of answers would help."""

from chisto.demo.generator import generate


def comments(count: int, seed: int = 0) -> list[str]:
    """Distinct comments; the median is about 70 characters."""
    texts = [text for text, _ in generate(min(count, 10_000), seed)]
    return [f"{texts[n % len(texts)]} {n}" for n in range(count)]
