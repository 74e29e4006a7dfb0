"""Prometheus metrics of all processes of the server, merged at /metrics.

BentoML's own HTTP metrics and tracing middleware cost several times more than the request they watch
(docs/architecture.md), so the few figures that operators need are counted here.
"""

from functools import cached_property

#: Addresses that get a label of their own; whatever else is asked for counts as "other", so that names in paths
#: cannot grow the metrics without bound.
ROUTES = (
    "/predict_scores", "/predict", "/explain",
    "/api/v1/models", "/api/v1/datasets", "/api/v1/tasks", "/api/v1/evaluate", "/api/v1/families", "/api/v1/keys",
    "/api/v1/health", "/api/v1", "/v1alpha1", "/v1/moderations", "/v2", "/label-studio", "/docs", "/openapi.json",
)  # fmt: skip


def route_label(path: str) -> str:
    return next((route for route in ROUTES if path == route or path.startswith(route + "/")), "other")


class Metrics:
    """The figures of one process; created late, because prometheus_client looks for its shared folder on import."""

    @cached_property
    def requests(self):  # type: ignore[no-untyped-def]
        from prometheus_client import Counter

        return Counter("chisto_requests", "HTTP requests answered", ["route", "status"])

    @cached_property
    def seconds(self):  # type: ignore[no-untyped-def]
        from prometheus_client import Histogram

        return Histogram(
            "chisto_request_seconds",
            "Time from the first byte of a request to the last of its answer",
            ["route"],
            buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10, 60),
        )

    @cached_property
    def batch_size(self):  # type: ignore[no-untyped-def]
        from prometheus_client import Histogram

        return Histogram(
            "chisto_batch_size",
            "Comments that a runner scored in one go",
            ["runner"],
            buckets=(1, 2, 4, 8, 16, 32, 64, 128, 256),
        )


metrics = Metrics()


def exposition() -> tuple[bytes, str]:
    """The metrics of all processes in Prometheus's text format, and its media type."""
    import os

    from prometheus_client import (
        CONTENT_TYPE_LATEST,
        REGISTRY,
        CollectorRegistry,
        generate_latest,
        multiprocess,
    )

    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY), CONTENT_TYPE_LATEST
    registry = CollectorRegistry()
    multiprocess.MultiProcessCollector(registry)
    return generate_latest(registry), CONTENT_TYPE_LATEST
