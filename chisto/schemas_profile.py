"""The shape of a data set's profile: aggregates only, ready to plot. No comment is in it, only row numbers.

Row numbers count the rows of the stored data set from 0: ``/api/v1/datasets/{id}/rows`` gives their texts. Classes are
named ``toxic`` and ``non_toxic``; a data set without labels has the one class ``all``.
"""

from typing import Literal

from pydantic import BaseModel, Field

PROFILE_VERSION = 1

ClassName = Literal["all", "non_toxic", "toxic"]
Measure = Literal["characters", "words", "sentences", "punctuation", "upper_case", "emoji"]


def profile_key(sha256: str) -> str:
    """What a profile is kept under: the data and the version of what profiles say."""
    return f"{sha256}-{PROFILE_VERSION}"


class ClassDistribution(BaseModel):
    counts: list[int] = Field(description="Comments in each bin.")
    mean: float
    median: float
    min: int
    max: int


class Distribution(BaseModel):
    """A histogram per class over the same bins."""

    edges: list[int] = Field(
        description="One more than bins: bin i counts edges[i] <= value < edges[i + 1]. "
        "The last bin gathers the long tail and may be much wider than the others."
    )
    classes: dict[ClassName, ClassDistribution]


class PartsOfSpeech(BaseModel):
    """Shares of the parts of speech (Universal Dependencies tags) in a random sample of each class."""

    comments: dict[ClassName, int] = Field(description="Comments in the sample.")
    tokens: dict[ClassName, int]
    parts: list[str] = Field(description="Tags such as NOUN, VERB, the most frequent first.")
    shares: dict[ClassName, list[float]] = Field(description="One share for each of `parts`; they sum to 1.")


class Ngram(BaseModel):
    text: str
    count: int


class TopNgrams(BaseModel):
    """The most frequent, the first being the most frequent; at most 30 each."""

    unigrams: list[Ngram]
    bigrams: list[Ngram]
    trigrams: list[Ngram]


class LogOddsWord(BaseModel):
    """How much more a word is of one class than of the other, with a prior from both together.

    Monroe, Colaresi, Quinn (2008), «Fightin' Words».
    """

    text: str
    log_odds: float = Field(description="Above 0 for words of toxic comments.")
    z: float = Field(description="Log-odds in standard deviations; beyond ±2 hardly by chance.")
    toxic: int = Field(description="Times in toxic comments.")
    non_toxic: int


class LogOdds(BaseModel):
    """The words most of each class, the strongest first; at most 30 each."""

    toxic: list[LogOddsWord]
    non_toxic: list[LogOddsWord]


class CloudWord(BaseModel):
    text: str
    count: int
    weight: float = Field(
        description="For the size of the word: 1 for the most frequent, linear in the count."
    )


class SuspectedLabel(BaseModel):
    row: int
    label: int = Field(description="As it is in the data.")
    score: float = Field(
        description="Chance that the label is wrong, as a model sees it that never saw the row."
    )


class LabelErrors(BaseModel):
    """Rows whose label disagrees with a simple model that was trained on the other rows (cross-validation)."""

    rows_checked: int
    folds: int
    suspected: int = Field(description="How many rows the model would confidently label otherwise.")
    rows: list[SuspectedLabel] = Field(description="The most suspect first; at most 200.")


class NearDuplicate(BaseModel):
    toxic_row: int
    non_toxic_row: int
    similarity: float = Field(description="Jaccard similarity of the sets of words.")


class NearDuplicates(BaseModel):
    """Pairs of comments of almost the same words with different labels."""

    rows_checked: int
    found: int
    is_complete: bool = Field(description="False where there were too many like comments to compare all.")
    pairs: list[NearDuplicate] = Field(description="The most similar first; at most 200.")


class ProfileResult(BaseModel):
    version: int = PROFILE_VERSION
    rows: int
    unique: int = Field(description="Different texts; white space does not count.")
    classes: dict[ClassName, int] = Field(description="Rows of each class.")
    analysed_rows: int = Field(
        description="Rows behind n-grams, log-odds, clouds, label errors and near-duplicates: all, or a sample."
    )
    measures: dict[Measure, Distribution]
    speech: PartsOfSpeech
    ngrams: dict[ClassName, TopNgrams]
    clouds: dict[ClassName, list[CloudWord]] = Field(
        description="At most 100 words; no prepositions and the like."
    )
    log_odds: LogOdds | None = Field(None, description="Null without two classes.")
    label_errors: LabelErrors | None = Field(None, description="Null without two classes of five rows each.")
    near_duplicates: NearDuplicates | None = Field(None, description="Null without two classes.")
