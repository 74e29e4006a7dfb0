"""What a threshold means: counts, precision, recall, and how much there is to review."""

from bisect import bisect_left
from dataclasses import dataclass

from chisto.schemas import ConfusionCurve


@dataclass(frozen=True)
class Operating:
    """Counts of one model's decisions at one threshold."""

    threshold: float
    true_positive: int
    false_positive: int
    true_negative: int
    false_negative: int

    @property
    def precision(self) -> float:
        """Toxic among what is called toxic; 1 where nothing is."""
        called = self.true_positive + self.false_positive
        return self.true_positive / called if called else 1.0

    @property
    def recall(self) -> float:
        toxic = self.true_positive + self.false_negative
        return self.true_positive / toxic if toxic else 0.0

    @property
    def false_positive_rate(self) -> float:
        clean = self.false_positive + self.true_negative
        return self.false_positive / clean if clean else 0.0

    @property
    def f1(self) -> float:
        either = 2 * self.true_positive + self.false_positive + self.false_negative
        return 2 * self.true_positive / either if either else 0.0

    def to_review(self, a_day: float, toxic_share: float) -> float:
        """Comments called toxic a day, when ``toxic_share`` of the traffic is toxic."""
        return a_day * (toxic_share * self.recall + (1 - toxic_share) * self.false_positive_rate)


def at(curve: ConfusionCurve, threshold: float) -> Operating:
    """The counts at the curve's next threshold from ``threshold`` on; above the last one nothing is called toxic."""
    order = curve.thresholds
    is_rising = len(order) < 2 or order[0] <= order[-1]
    rising = order if is_rising else order[::-1]
    place = bisect_left(rising, threshold - 1e-12)
    if place == len(rising):
        first = 0 if is_rising else len(order) - 1
        toxic = curve.true_positive[first] + curve.false_negative[first]
        clean = curve.false_positive[first] + curve.true_negative[first]
        return Operating(threshold, 0, 0, clean, toxic)
    index = place if is_rising else len(order) - 1 - place
    return Operating(
        threshold,
        curve.true_positive[index],
        curve.false_positive[index],
        curve.true_negative[index],
        curve.false_negative[index],
    )


def lowest_for_precision(curve: ConfusionCurve, precision: float) -> Operating | None:
    """The threshold with the greatest recall among those that are precise enough; None where none is."""
    points = [at(curve, threshold) for threshold in curve.thresholds]
    reached = [point for point in points if point.precision >= precision and point.true_positive > 0]
    return max(reached, key=lambda point: (point.recall, point.precision), default=None)
