"""The shapes of requests and responses: one pydantic model for each, shared by server, client and dashboard."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat

# --- data plane: POST /predict, /predict_scores, /explain ------------------------------------------------------


class ScoreRequest(BaseModel):
    """Comments to score: either ``texts`` or ``text``."""

    model_config = ConfigDict(strict=True, extra="forbid", json_schema_extra={
        "examples": [{"texts": ["спасибо, очень интересная статья", "ты просто идиот"]}]
    })

    texts: list[str] | None = Field(None, description="Comments, scored as one batch.")
    text: str | None = Field(None, description="One comment, instead of `texts`.")
    threshold: Annotated[FiniteFloat, Field(ge=0, le=1)] | None = Field(
        None, description="A comment is toxic from this score on; the model's own threshold by default."
    )
    model: str | None = Field(None, description="Name of a loaded model; the promoted one by default.")


class Prediction(BaseModel):
    is_toxic: bool
    toxic_score: float = Field(description="Calibrated: of comments scored 0.8 about 80 % are toxic.")


class PredictResponse(BaseModel):
    model: str
    threshold: float
    predictions: list[Prediction] = Field(description="One for each text, in the order of the request.")


class ScoresResponse(BaseModel):
    model: str
    scores: list[float] = Field(description="Calibrated scores, one for each text, in the order of the request.")


class ContributionSpan(BaseModel):
    """A word and what it did to the score; ``begin`` and ``end`` count code points of the original text."""

    begin: int
    end: int
    text: str
    contribution: float = Field(description="Score with the word minus score without it, for linear models exact.")


class RestoredSpan(BaseModel):
    """What the normalizer read behind a disguise, such as «с*ка» → «сука»."""

    begin: int
    end: int
    original: str
    restored: str


class ExplainedText(BaseModel):
    is_toxic: bool
    toxic_score: float
    spans: list[ContributionSpan]
    restored: list[RestoredSpan]


class ExplainResponse(BaseModel):
    model: str
    threshold: float
    explanations: list[ExplainedText]
