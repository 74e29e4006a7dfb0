"""The shapes of requests and responses, shared by server, client and dashboard."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, FiniteFloat, model_validator

# --- data plane: POST /predict, /predict_scores, /explain --------------------------------------------------


class ScoreRequest(BaseModel):
    """Comments to score: either ``texts`` or ``text``."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        json_schema_extra={"examples": [{"texts": ["спасибо, очень интересная статья", "ты просто идиот"]}]},
    )

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
    scores: list[float] = Field(
        description="Calibrated scores, one for each text, in the order of the request."
    )


class ContributionSpan(BaseModel):
    """A word and what it did to the score; ``begin`` and ``end`` count code points of the original text."""

    begin: int
    end: int
    text: str
    contribution: float = Field(
        description="Score with the word minus score without it, for linear models exact."
    )


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


# --- control plane: /api/v1 --------------------------------------------------------------------------------
# Requests refuse unknown fields; responses may grow. Times are ISO 8601 in UTC. `uuid`s are strings.

Name = Annotated[
    str, Field(pattern=r"^[a-z0-9_-]{1,64}$", description="Lowercase Latin letters, digits, - and _.")
]
Share = Annotated[FiniteFloat, Field(ge=0, le=1)]
Json = dict[str, Any]


class Request(BaseModel):
    model_config = ConfigDict(extra="forbid")


class Message(BaseModel):
    message: str


class ErrorInfo(BaseModel):
    """What went wrong, in the language asked for, and what to do about it."""

    code: str
    message: str
    hint: str = ""


# Models.


class Bands(BaseModel):
    """Three decisions instead of two: allow, review from one score on, block from another on."""

    review_from: Share
    block_from: Share

    @model_validator(mode="after")
    def _rise(self) -> Self:
        if self.review_from > self.block_from:
            raise ValueError("review_from must not be above block_from")
        return self


class ModelVersion(BaseModel):
    """One trained artifact."""

    uuid: str
    version: int
    is_current: bool = Field(description="The version that answers when the name is asked for.")
    size_bytes: int
    created_at: datetime
    metrics: Json = {}


class ModelInfo(BaseModel):
    """A model by its current version; one that is still being trained has `is_trained` false."""

    uuid: str
    name: str
    type: str = Field(description="logistic_regression, multinomial_naive_bayes, linear_svc or cnn.")
    is_trained: bool
    is_loaded: bool = Field(description="Answers now, in every worker.")
    model_params: Json = {}
    vectorizer_params: Json = {}

    family: str = Field(description="The same as `type`.")
    vectorizer_type: str | None = None
    version: int | None = Field(
        None, description="The current version; none while the first is being trained."
    )
    versions: list[ModelVersion] = []
    state: Literal["training", "unloaded", "loading", "loaded", "unloading", "failed"] = "unloaded"
    error: str | None = Field(None, description="Why loading failed.")
    is_default: bool = Field(False, description="Promoted: answers when a request names no model.")
    is_shipped: bool = Field(False, description="Came with Chisto: cannot be removed or unloaded.")
    origin: Literal["shipped", "trained", "imported"] = "trained"
    metrics: Json = Field({}, description="Of the hold-out part or of cross-validation, such as macro_f1.")
    threshold: float | None = Field(None, description="In use now: saved by hand, else chosen at training.")
    threshold_origin: Literal["training", "saved"] = "training"
    bands: Bands | None = None
    size_bytes: int | None = None
    memory_bytes: int | None = Field(None, description="Measured where it is loaded.")
    dataset_uuid: str | None = None
    task_uuid: str | None = Field(None, description="The task that trained it.")
    created_at: datetime | None = None


class ModelCard(BaseModel):
    """What the model is: data hash, split, metrics, threshold, library versions; and the same as a page."""

    name: str
    version: int
    card: Json
    markdown: str


class NameRequest(Request):
    name: str = Field(max_length=64)
    version: int | None = Field(None, ge=1, description="The newest version by default.")


class PromoteRequest(Request):
    """Points an alias at a model; `default` answers the requests that name no model."""

    name: Name
    version: int | None = Field(None, description="The newest version by default.")
    alias: Literal["default"] = "default"


class AliasInfo(BaseModel):
    alias: str
    name: str
    version: int


class DecisionRequest(Request):
    """Saves where the model draws its line. `null` for both goes back to what training chose."""

    threshold: Share | None = None
    bands: Bands | None = None
    version: int | None = Field(None, description="The current version by default.")


class XRequest(Request):
    """Comments to classify with one model."""

    X: list[str] = Field(min_length=1)


class XResponse(BaseModel):
    predictions: list[int] = Field(description="1 for a toxic comment, else 0; in the order of the request.")


class Split(Request):
    """How quality is measured: on a part held out, or by cross-validation."""

    method: Literal["holdout", "cross_validation", "none"] = "holdout"
    share: Annotated[FiniteFloat, Field(gt=0, lt=1)] = Field(0.2, description="The part held out.")
    folds: int = Field(5, ge=2, le=20)
    seed: int = 13


class Search(Request):
    """Tries many hyperparameters and keeps the best.

    `space` maps a dotted field (`ml_model_params.C`, `vectorizer_params.max_features`) to a list of values,
    or, for `random`, to `{"low": …, "high": …, "log": true, "integer": false}`.
    """

    method: Literal["grid", "random"] = "grid"
    space: dict[str, list[Any] | Json]
    trials: int = Field(20, ge=1, le=500, description="How many to draw; a grid is tried in full.")
    metric: Literal["macro_f1", "toxic_f1", "roc_auc", "average_precision", "log_loss"] = "macro_f1"
    seed: int = 13


class FitRequest(Request):
    """Trains a model. Valid parameters of each family: GET /api/v1/families."""

    name: Name
    dataset: str = Field(description="uuid or name of a data set.")
    ml_model_type: str = Field(
        description="Family: logistic_regression, multinomial_naive_bayes, linear_svc or cnn."
    )
    vectorizer_type: str | None = Field(None, description="bag_of_words, tf_idf or hashed; none for the CNN.")
    ml_model_params: Json = {}
    vectorizer_params: Json = {}
    split: Split = Split()
    search: Search | None = None
    new_version: bool = Field(
        False, description="Adds a version to a model of that name; else the name must be free."
    )
    load: bool = Field(False, description="Loads the model when it is ready.")
    time_limit_s: float | None = Field(
        None, gt=0, description="Kills the task; the server's own limit at most."
    )


class TaskStarted(BaseModel):
    message: str
    task: str = Field(description="uuid of the task: GET /api/v1/tasks/{uuid}.")


class FamiliesResponse(BaseModel):
    """Model families and vectorizers as JSON schema in which an invalid pair cannot be expressed."""

    families: dict[str, Json]


# Data sets.


class DropReport(BaseModel):
    """What was left out of an upload, and why. `dropped` counts rows by reason."""

    rows_read: int
    rows_kept: int
    dropped: dict[str, int] = Field(
        {}, description="Reason (missing, empty, non_binary, malformed, duplicates, contradictions) → rows."
    )
    contradictory_texts: int = Field(0, description="Texts that carry both labels.")
    examples: dict[str, list[int]] = Field(
        {}, description="Reason → numbers of some of its lines in the file."
    )
    format: str | None = Field(None, description="csv, tsv, jsonl or parquet.")
    encoding: str | None = None
    text_column: str | None = None
    label_column: str | None = None
    columns: list[str] = []


class DatasetInfo(BaseModel):
    uuid: str
    name: str
    rows: int
    is_labelled: bool
    toxic: int | None = Field(None, description="Rows labelled 1; none without labels.")
    non_toxic: int | None = None
    size_bytes: int = Field(description="As stored.")
    sha256: str = Field(
        description="Of the kept rows: the same comments give the same hash whatever the file was."
    )
    filename: str | None = None
    report: DropReport | None = None
    profile_task: str | None = Field(None, description="The newest task that profiled it.")
    has_profile: bool = False
    created_at: datetime


class DatasetRow(BaseModel):
    row: int = Field(description="Number of the row in the stored data set, from 0.")
    text: str
    label: int | None = None


class RowPage(BaseModel):
    total: int = Field(description="Rows that match, on all pages.")
    offset: int
    rows: list[DatasetRow]


class RowNumbers(Request):
    numbers: list[Annotated[int, Field(ge=0)]] = Field(min_length=1, max_length=1000)


class ProfileResponse(BaseModel):
    """`profile` is null until a task has made it; then aggregates only, ready to plot."""

    dataset: str
    task: "TaskInfo | None" = Field(None, description="The newest task that profiles it.")
    profile: Json | None = None


class ScoreFileRequest(Request):
    """Scores a whole data set as a task; its file: GET /api/v1/tasks/{uuid}/file."""

    model: Name | None = Field(None, description="The promoted one by default.")
    threshold: Share | None = None


# Tasks.

TaskStatus = Literal["queued", "running", "success", "failure", "cancelled", "interrupted"]
#: fit, search, evaluate, profile or score_file; a server may be set up with more
TaskKind = str


class TaskInfo(BaseModel):
    uuid: str
    name: str = Field(description="What it is about: the model's name for fit, the data set's for profile …")
    status: TaskStatus
    result_msg: str | None = Field(None, description="How it ended, in words.")
    updated_at: datetime

    kind: TaskKind
    progress: float = Field(0, ge=0, le=100, description="Per cent.")
    stage: str | None = Field(None, description="What it does now, such as reading, vectorizing, fitting.")
    error: ErrorInfo | None = None
    params: Json = {}
    summary: Json = Field(
        {}, description="Small results, such as metrics; large ones have their own addresses."
    )
    attempt: int = 1
    parent: str | None = Field(None, description="uuid of the search that it belongs to.")
    children: int = Field(0, description="How many tasks belong to this one.")
    model_name: str | None = None
    dataset_uuid: str | None = None
    can_cancel: bool = False
    can_retry: bool = False
    created_at: datetime
    started_at: datetime | None = None
    finished_at: datetime | None = None


class TaskLog(BaseModel):
    """Part of a task's log. Ask again with `offset` = `next_offset` to follow it."""

    text: str
    next_offset: int = Field(description="Bytes of the log up to the end of `text`.")
    is_complete: bool = Field(description="The task has ended and there is no more.")


# Evaluation.


class EvaluateRequest(Request):
    models: list[Name] = Field(min_length=1, max_length=16)
    dataset: str = Field(description="uuid or name of a labelled data set.")
    max_points: int = Field(500, ge=10, le=500, description="Points of each curve.")


class Interval(BaseModel):
    """A figure and its 95 % interval."""

    value: float
    low: float
    high: float


class RocCurve(BaseModel):
    false_positive_rate: list[float]
    true_positive_rate: list[float]
    thresholds: list[float | None] = Field(description="The first is null: above every score.")


class PrecisionRecallCurve(BaseModel):
    precision: list[float]
    recall: list[float]
    thresholds: list[float | None]


class CalibrationCurve(BaseModel):
    mean_score: list[float]
    share_toxic: list[float]
    counts: list[int]


class ConfusionCurve(BaseModel):
    """Counts at each threshold, from which precision, recall and the traffic to review follow."""

    thresholds: list[float]
    true_positive: list[int]
    false_positive: list[int]
    true_negative: list[int]
    false_negative: list[int]


class EvaluatedModel(BaseModel):
    name: str
    version: int
    threshold: float
    metrics: Json = Field(
        description="At the threshold: macro_f1, toxic_f1, precision, recall, accuracy, brier …"
    )
    roc: RocCurve
    precision_recall: PrecisionRecallCurve
    roc_auc: Interval
    average_precision: Interval
    calibration: CalibrationCurve
    confusion: ConfusionCurve


class Disagreement(BaseModel):
    """Rows on which two models decide differently, those furthest apart first."""

    first: str
    second: str
    count: int
    rows: list[int] = Field(description="Numbers of some rows: their texts come from datasets/{id}/rows.")
    first_scores: list[float]
    second_scores: list[float]


class Evaluation(BaseModel):
    dataset: str
    rows: int
    toxic: int
    models: list[EvaluatedModel]
    disagreements: list[Disagreement] = []


class EvaluationResponse(BaseModel):
    """`result` is null until the task has ended well."""

    task: TaskInfo
    result: Evaluation | None = None


# Feedback.


class FeedbackRequest(Request):
    """What a person says about a comment. Without `store_text` the comment's hash is kept, not the comment."""

    text: Annotated[str, Field(min_length=1)]
    is_toxic: bool
    model: Name | None = Field(None, description="Whose score is recorded; the promoted one by default.")
    store_text: bool = False


class FeedbackInfo(BaseModel):
    uuid: str
    text_sha256: str = Field(description="Of the text in UTF-8.")
    text: str | None = Field(None, description="Only where the sender asked to keep it.")
    is_toxic: bool | None = Field(None, description="None where only a score was suggested.")
    score: float | None = Field(None, description="Of the model at that time; or the one that was suggested.")
    model: str | None = None
    source: str = Field(description="api, perspective, or label_studio: and the project's number.")
    created_at: datetime


class FeedbackPage(BaseModel):
    total: int
    offset: int
    feedback: list[FeedbackInfo] = Field(description="Oldest first.")


class FeedbackDatasetRequest(Request):
    """Makes a data set of the feedback that has a text and a label."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    source: str | None = Field(None, description="All sources by default.")


# Keys, health, settings.

Role = Literal["predict", "manage"]


class KeyRequest(Request):
    name: Annotated[str, Field(min_length=1, max_length=100)]
    role: Role = "predict"
    requests_per_minute: int | None = Field(None, ge=1, description="The server's own limit by default.")
    max_body_bytes: int | None = Field(None, ge=1)
    expires_at: datetime | None = None


class KeyInfo(BaseModel):
    uuid: str
    name: str
    role: Role
    prefix: str = Field(description="The first characters, to recognize it by.")
    requests_per_minute: int | None = None
    max_body_bytes: int | None = None
    created_at: datetime
    expires_at: datetime | None = None
    last_used_at: datetime | None = None


class NewKey(KeyInfo):
    key: str = Field(description="The key itself, shown this once.")


class Health(BaseModel):
    status: Literal["ok", "starting", "degraded"]
    version: str
    generation: int = Field(description="Of the registry, as this worker sees it.")
    default_model: str
    loaded_models: list[str]
    trainer: Literal["ok", "away"]
    tasks_queued: int
    tasks_running: int


class PublicSettings(BaseModel):
    """Limits and choices that a user interface needs to know."""

    version: str
    language: Literal["ru", "en"]
    keys_required: bool
    role: Role = Field(description="What the caller may do.")
    max_upload_bytes: int
    max_body_bytes: int
    max_texts: int
    max_text_chars: int
    max_loaded_bytes: int | None = Field(None, description="Memory for loaded models in each runner process.")
    max_loaded_models: int
    max_saved_tasks: int
    max_queued_tasks: int
    max_running_tasks: int | None = Field(None, description="As many as cores where it is not set.")
    task_time_limit_s: float
