"""Fitting TF-IDF and logistic regression: a task of the API beside scikit-learn's own fit in a script, in turn."""

import csv
import io
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import httpx

from bench.server import running
from chisto.demo.generator import generate

ROUNDS = 3
COMMENTS = 11_500
FIT = {"ml_model_type": "logistic_regression", "vectorizer_type": "tf_idf"}
SCRIPT = """
import csv, sys, time
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
rows = list(csv.DictReader(open(sys.argv[1], encoding="utf-8")))
started = time.perf_counter()
features = TfidfVectorizer().fit_transform([row["comment_text"] for row in rows])
LogisticRegression(max_iter=1000).fit(features, [int(row["toxic"]) for row in rows])
print(time.perf_counter() - started)
"""


def measure() -> list[dict[str, object]]:
    """Seconds of a fit: from the request until the task is done, the model sealed and calibrated, beside the bare fit."""
    table = io.StringIO()
    writer = csv.writer(table)
    writer.writerow(["comment_text", "toxic"])
    writer.writerows(generate(COMMENTS))
    seconds: dict[str, list[float]] = {"scikit-learn in a script": [], "task of the API": []}
    with tempfile.TemporaryDirectory() as scratch, running() as (url, _):
        path = Path(scratch) / "comments.csv"
        path.write_text(table.getvalue(), encoding="utf-8")
        with httpx.Client(base_url=url, timeout=60) as api:
            upload = api.post(
                "/api/v1/datasets", params={"name": "bench", "filename": path.name}, content=path.read_bytes()
            )
            upload.raise_for_status()
            _fit(api, "first")  # has the imports of training done
            for round_number in range(ROUNDS):
                seconds["scikit-learn in a script"].append(_fit_alone(path))
                seconds["task of the API"].append(_fit(api, f"model-{round_number}"))
    bare = statistics.median(seconds["scikit-learn in a script"])
    return [
        {"what": what, "s": statistics.median(times), "ratio": statistics.median(times) / bare}
        for what, times in seconds.items()
    ]


def _fit(api: httpx.Client, name: str) -> float:
    started = time.perf_counter()
    answer = api.post("/api/v1/models/fit", json={"name": name, "dataset": "bench", **FIT})
    answer.raise_for_status()
    while True:
        task = api.get(f"/api/v1/tasks/{answer.json()['task']}").json()
        if task["status"] not in ("queued", "running"):
            break
        time.sleep(0.05)
    if task["status"] != "success":
        raise RuntimeError(f"the fit ended with {task['status']}")
    return time.perf_counter() - started


def _fit_alone(path: Path) -> float:
    script = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(path)], capture_output=True, text=True, check=True
    )
    return float(script.stdout)
