"""Evaluation: metrics, slices, robustness."""
