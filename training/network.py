"""The network in torch, and its training loop. The same arithmetic that chisto.scorers.cnn serves."""

from __future__ import annotations

import copy
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn
from torch.nn import functional

from training.encoding import Document, Rows, batches
from training.export import Convolution, Head

_AVERAGE_EVERY = 4  # steps: the table of n-grams is large

Check = Callable[[int, float, "Network"], bool]  # epoch, its loss, averaged network → whether to go on


@dataclass(frozen=True)
class Shape:
    buckets: int = 32768
    dimension: int = 96
    filters: int = 128
    widths: tuple[int, ...] = (1, 2, 3)
    smallest_ngram: int = 2


@dataclass(frozen=True)
class Schedule:
    epochs: int = 6
    batch: int = 64
    rate: float = 2e-3
    decay: float = 1e-4
    dropout: float = 0.5
    word_dropout: float = 0.2
    averaging: float = 0.995  # of the moving average of the weights, which is the network that is kept
    clip: float = 1.0


class Network(nn.Module):
    """Means of n-gram rows → convolutions over words → maximum → logit."""

    def __init__(self, shape: Shape, schedule: Schedule) -> None:
        super().__init__()
        self.shape = shape
        self.word_dropout = schedule.word_dropout
        self.ngrams = nn.EmbeddingBag(shape.buckets, shape.dimension, mode="mean")
        nn.init.normal_(self.ngrams.weight, std=0.3)
        self.convolutions = nn.ModuleList(
            nn.Conv1d(shape.dimension, shape.filters, width, bias=False) for width in shape.widths
        )
        self.norms = nn.ModuleList(nn.BatchNorm1d(shape.filters) for _ in shape.widths)
        self.dropout = nn.Dropout(schedule.dropout)
        self.head = nn.Linear(shape.filters * len(shape.widths), 1)

    def forward(self, rows: Tensor, offsets: Tensor, places: Tensor, wide: Tensor) -> Tensor:
        """Logits (batch,).

        rows, offsets: the bags of the batch's distinct words. places: batch x words, 0 where absent, else word + 1.
        wide: batch, the logits of the wide part.
        """
        vectors = self.ngrams(rows, offsets)  # distinct x dimension
        vectors = torch.cat([vectors.new_zeros(1, vectors.shape[1]), vectors])
        if self.training and self.word_dropout:
            places = places * (torch.rand(places.shape, device=places.device) >= self.word_dropout)
        channels = vectors[places].transpose(1, 2)  # batch x dimension x words
        pooled = [
            functional.relu(norm(convolution(channels))).amax(2)
            for convolution, norm in zip(self.convolutions, self.norms, strict=True)
        ]
        return self.head(self.dropout(torch.cat(pooled, 1))).squeeze(1) + wide  # batch

    def folded(self) -> tuple[list[Convolution], Head]:
        """The convolutions with batch normalization folded in, and the head, as arrays."""
        convolutions = []
        for convolution, norm in zip(self.convolutions, self.norms, strict=True):
            scale = (norm.weight / torch.sqrt(norm.running_var + norm.eps)).detach()
            bias = (norm.bias - norm.running_mean * scale).detach()
            weight = convolution.weight.detach() * scale[:, None, None]
            convolutions.append(Convolution(weight.cpu().numpy(), bias.cpu().numpy()))
        weight = self.head.weight.detach().cpu().numpy()[0]
        return convolutions, Head(weight, float(self.head.bias.detach()))


@dataclass(frozen=True)
class Examples:
    """What a network learns from."""

    documents: list[Document]
    targets: NDArray[np.float32]  # soft labels in [0, 1]
    weights: NDArray[np.float32]  # above 0
    bounds: NDArray[
        np.float32
    ]  # NaN: the target is to be met; else the logit is only to lie so far on its side
    wide: NDArray[np.float32]  # logits of the wide part


def collate(
    documents: Sequence[Document],
    wide: NDArray[np.floating[Any]],
    rows: Rows,
    shape: Shape,
    device: torch.device,
) -> tuple[Tensor, ...]:
    """The arguments of Network.forward for some documents."""
    lengths = np.fromiter(map(len, documents), np.int64, len(documents))
    distinct, inverse = np.unique(np.concatenate([*documents, np.zeros(1, np.int64)]), return_inverse=True)
    places = np.zeros((len(documents), int(lengths.max(initial=0)) + max(shape.widths)), np.int64)
    places[np.arange(places.shape[1])[None, :] < lengths[:, None]] = inverse[:-1] + 1
    flat, offsets = rows.bag(distinct)
    return tuple(
        torch.from_numpy(array).to(device) for array in (flat, offsets, places, wide.astype(np.float32))
    )


def predict(
    network: Network,
    documents: Sequence[Document],
    wide: NDArray[np.floating[Any]],
    rows: Rows,
    size: int = 128,
) -> NDArray[np.float32]:
    """Logits (texts,) in evaluation mode."""
    network.eval()
    device = network.head.weight.device
    order = np.argsort([len(document) for document in documents], kind="stable")
    logits = np.zeros(len(documents), np.float32)
    with torch.inference_mode():
        for start in range(0, len(order), size):
            chosen = order[start : start + size]
            batch = collate([documents[i] for i in chosen], wide[chosen], rows, network.shape, device)
            logits[chosen] = network(*batch).cpu().numpy()
    return logits


def fit(
    examples: Examples,
    rows: Rows,
    shape: Shape,
    schedule: Schedule,
    *,
    seed: int,
    table: NDArray[np.float32] | None = None,
    report: Callable[[float, float], None] | None = None,
    check: Check | None = None,
) -> Network:
    """Train a network and return the moving average of its weights.

    ``table`` starts the n-gram rows; ``report(fraction, loss)`` hears of progress; ``check`` after each epoch may end it.
    """
    torch.manual_seed(seed)
    rng = np.random.default_rng(seed)
    device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
    network = Network(shape, schedule)
    if table is not None:
        network.ngrams.weight.data.copy_(torch.from_numpy(table))
    network.to(device)
    average = copy.deepcopy(network)
    optimizer = torch.optim.AdamW(
        network.parameters(), lr=schedule.rate, weight_decay=schedule.decay, fused=True
    )
    lengths = np.fromiter(map(len, examples.documents), np.int64, len(examples.documents))
    steps = schedule.epochs * -(-len(lengths) // schedule.batch)
    step = 0
    for epoch in range(schedule.epochs):
        network.train()
        total, seen = 0.0, 0
        for chosen in batches(lengths, schedule.batch, rng):
            for group in optimizer.param_groups:
                group["lr"] = schedule.rate * _cosine(step / steps)
            loss = _loss(network, examples, rows, chosen, device)
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(network.parameters(), schedule.clip)
            optimizer.step()
            step += 1
            if step % _AVERAGE_EVERY == 0:
                _average(average, network, min(schedule.averaging, step / (10 + step)) ** _AVERAGE_EVERY)
            total, seen = total + float(loss.detach()) * len(chosen), seen + len(chosen)
            if report is not None and step % 10 == 0:
                report(step / steps, total / seen)
        if check is not None and not check(epoch, total / seen, average):
            break
    return average


def _loss(
    network: Network, examples: Examples, rows: Rows, chosen: NDArray[np.int64], device: torch.device
) -> Tensor:
    documents = [examples.documents[i] for i in chosen]
    logits = network(*collate(documents, examples.wide[chosen], rows, network.shape, device))
    targets, weights, bounds = (
        torch.from_numpy(array[chosen]).to(device)
        for array in (examples.targets, examples.weights, examples.bounds)
    )
    met = functional.binary_cross_entropy_with_logits(logits, targets, reduction="none")
    beyond = functional.relu(torch.nan_to_num(bounds) - logits * (2.0 * (targets > 0.5) - 1.0))
    return (weights * torch.where(torch.isnan(bounds), met, beyond)).mean()


def _cosine(done: float, warm: float = 0.1) -> float:
    """Share of the full learning rate: up in a straight line, down along a cosine."""
    if done < warm:
        return 0.05 + 0.95 * done / warm
    return 0.5 * (1 + math.cos(math.pi * min(1.0, (done - warm) / (1 - warm))))


def _average(average: nn.Module, network: nn.Module, keep: float) -> None:
    with torch.no_grad():
        for mean, value in zip(average.state_dict().values(), network.state_dict().values(), strict=True):
            if mean.dtype.is_floating_point:
                mean.lerp_(value, 1 - keep)
            else:
                mean.copy_(value)
