"""A start for the rows of n-grams: they learn to add up to the Navec vectors that come with natasha.

Navec (github.com/natasha/navec) knows 250,000 words of news; the sum of n-grams carries what it knows over to the words,
misspellings and insults that it does not know.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict
from importlib.resources import files
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from torch import nn

from training.encoding import Lexicon
from training.network import Shape

COMMONEST = 130_000  # words of Navec that are learnt


def load_targets(dimension: int) -> tuple[list[str], NDArray[np.float32]]:
    """The commonest words of Navec and their vectors (words, dimension): its main components, of unit variance."""
    from navec import Navec

    source = files("natasha") / "data" / "emb" / "navec_news_v1_1B_250K_300d_100q.tar"
    navec = Navec.load(str(source))
    known = [word for word in navec.vocab.words[:COMMONEST] if not word.startswith("<")]
    vectors = np.stack([navec[word] for word in known])
    vectors -= vectors.mean(axis=0)
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6
    _, _, axes = np.linalg.svd(vectors[:20_000], full_matrices=False)
    projected = vectors @ axes[:dimension].T
    return known, (projected / projected.std()).astype(np.float32)


def pretrain(
    shape: Shape,
    *,
    epochs: int = 15,
    batch: int = 1024,
    rate: float = 9e-3,
    seed: int = 0,
    cache: Path | None = None,
    report: Callable[[float, float], None] | None = None,
) -> NDArray[np.float32]:
    """The rows (buckets, dimension) whose means come nearest to the vectors of the words.

    ``cache`` is a folder where the rows are kept for the next run.
    """
    settings = (asdict(shape), COMMONEST, epochs, batch, rate, seed)
    name = hashlib.sha256(json.dumps(settings).encode()).hexdigest()[:16]
    kept = cache / f"vectors-{name}.npy" if cache else None
    if kept is not None and kept.exists():
        rows_kept: NDArray[np.float32] = np.load(kept, allow_pickle=False)
        return rows_kept
    found = _pretrain(shape, epochs, batch, rate, seed, report)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.save(kept, found)
    return found


def _pretrain(
    shape: Shape,
    epochs: int,
    batch: int,
    rate: float,
    seed: int,
    report: Callable[[float, float], None] | None,
) -> NDArray[np.float32]:
    known, targets = load_targets(shape.dimension)
    lexicon = Lexicon()
    lexicon.add_words(known)
    rows = lexicon.rows(shape.buckets, shape.smallest_ngram)
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    table = nn.EmbeddingBag(shape.buckets, shape.dimension, mode="mean")
    nn.init.normal_(table.weight, std=0.05)
    optimizer = torch.optim.Adam(table.parameters(), lr=rate)
    steps = epochs * -(-len(known) // batch)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, rate, total_steps=steps + 1)
    goal = torch.from_numpy(targets)
    step = 0
    for _ in range(epochs):
        order = rng.permutation(len(known))
        for start in range(0, len(order), batch):
            chosen = order[start : start + batch]
            flat, offsets = (torch.from_numpy(array) for array in rows.bag(chosen))
            loss = nn.functional.mse_loss(table(flat, offsets), goal[torch.from_numpy(chosen)])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
            step += 1
            if report is not None and step % 20 == 0:
                report(step / steps, float(loss.detach()))
    found: NDArray[np.float32] = (
        table.weight.detach().numpy() * 0.5
    )  # half as large starts the convolutions better
    return found
