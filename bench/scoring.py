"""What scoring a comment costs in one process, on one thread: by model and by size of batch."""

import os
import time

from bench.comments import comments

os.environ.setdefault("OMP_NUM_THREADS", "1")

ROUNDS = 5


def measure() -> list[dict[str, object]]:
    """µs of CPU time for one comment, the best of several interleaved rounds."""
    from models_store import artifacts
    from models_store.loaded import DEFAULTS

    models = {path.name: artifacts.load(path) for path in sorted(DEFAULTS.iterdir())}
    texts = comments(4_096)
    best: dict[tuple[str, int], float] = {}
    for round_number in range(ROUNDS):
        for name, model in models.items():
            for batch in (1, 32, 256):
                some = texts[: 512 if batch == 1 else len(texts)]
                started = time.process_time()
                for start in range(0, len(some), batch):
                    model.scorer.score(some[start : start + batch])
                spent = (time.process_time() - started) / len(some) * 1e6
                if round_number:  # the first one warms up
                    best[name, batch] = min(spent, best.get((name, batch), float("inf")))
    median = sorted(map(len, texts))[len(texts) // 2]
    return [
        {
            "model": name,
            "batch": batch,
            "µs CPU a comment": microseconds,
            "comments/s": round(1e6 / microseconds),
            "median length": median,
            "size, MB": round(models[name].manifest.size_bytes / 1e6, 2),
        }
        for (name, batch), microseconds in best.items()
    ]
