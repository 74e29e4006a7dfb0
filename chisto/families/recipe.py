"""A recipe: the family, the vectorizer and the hyperparameters of both, checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chisto.errors import Language, Words
from chisto.families import estimators, vectorizers
from chisto.families.checking import BadParameter, Schema, check_params, one_of, schema_of
from chisto.families.fields import Explanation, in_language
from chisto.families.vectorizers import AnyVectorizer

_FAMILIES: dict[str, tuple[Explanation, Any]] = {
    "logistic_regression": (
        Explanation(
            "Logistic regression",
            "Логистическая регрессия",
            "Adds up weights of words; a good first choice.",
            "Складывает веса слов; с неё хорошо начать.",
        ),
        estimators.LogisticRegression,
    ),
    "linear_svc": (
        Explanation(
            "Linear support vector machine",
            "Линейный метод опорных векторов",
            "Looks for the widest gap between the classes; often a little more exact.",
            "Ищет самую широкую полосу между классами; часто чуть точнее.",
        ),
        estimators.LinearSvc,
    ),
    "multinomial_naive_bayes": (
        Explanation(
            "Naive Bayes",
            "Наивный Байес",
            "Compares how frequent words are in the classes; trains in a moment.",
            "Сравнивает частоты слов в классах; учится мгновенно.",
        ),
        estimators.MultinomialNaiveBayes,
    ),
    "cnn": (
        Explanation(
            "Convolutional network",
            "Свёрточная сеть",
            "Reads words in their order and knows them by their pieces; the most exact, trains for minutes.",
            "Читает слова по порядку и узнаёт их по частям; самая точная, учится минуты.",
        ),
        estimators.Cnn,
    ),
}
_VECTORIZERS: dict[str, tuple[Explanation, Any]] = {
    "tf_idf": (
        Explanation(
            "TF-IDF",
            "TF-IDF",
            "Counts, in which rare features weigh more.",
            "Счётчики, в которых редкие признаки весят больше.",
        ),
        vectorizers.TfIdf,
    ),
    "bag_of_words": (
        Explanation("Bag of words", "Мешок слов", "Plain counts.", "Простые счётчики."),
        vectorizers.BagOfWords,
    ),
    "hashed": (
        Explanation(
            "Hashed",
            "Хеширование",
            "Counts in a table of fixed size; needs no vocabulary.",
            "Счётчики в таблице постоянного размера; словарь не нужен.",
        ),
        vectorizers.Hashed,
    ),
}
FAMILIES = tuple(_FAMILIES)
VECTORIZERS = tuple(_VECTORIZERS)
#: Families that read texts by themselves.
_WITHOUT_VECTORIZER = ("cnn",)


@dataclass(frozen=True)
class Recipe:
    """What is trained. ``model`` is one of the classes of ``estimators``; the CNN has no vectorizer."""

    family: str
    model: Any
    vectorizer_type: str | None = None
    vectorizer: AnyVectorizer | None = None

    @property
    def model_params(self) -> dict[str, Any]:
        """As JSON, complete with defaults; ``parse_recipe`` takes them back."""
        params: dict[str, Any] = self.model.model_dump(mode="json")
        return params

    @property
    def vectorizer_params(self) -> dict[str, Any]:
        return self.vectorizer.model_dump(mode="json") if self.vectorizer else {}


def parse_recipe(
    ml_model_type: str,
    vectorizer_type: str | None = None,
    ml_model_params: Mapping[str, Any] | None = None,
    vectorizer_params: Mapping[str, Any] | None = None,
) -> Recipe:
    """Check loose parameters; those left out get their defaults. Raises BadParameter.

    Takes what scikit-learn's users write too: ``penalty`` None for none, ``C`` beside no penalty, ``max_df`` 1.
    """
    if ml_model_type not in _FAMILIES:
        raise BadParameter("ml_model_type", ml_model_type, one_of(FAMILIES))
    model = check_params(
        "ml_model_params",
        _FAMILIES[ml_model_type][1],
        _tidied_model(ml_model_type, dict(ml_model_params or {})),
    )
    if ml_model_type in _WITHOUT_VECTORIZER:
        if vectorizer_type or vectorizer_params:
            nothing = Words(
                "не задавать: модель сама читает текст", "left out: this family reads texts by itself"
            )
            raise BadParameter("vectorizer_type", vectorizer_type, nothing)
        return Recipe(ml_model_type, model)
    vectorizer_type = vectorizer_type or "tf_idf"
    if vectorizer_type not in _VECTORIZERS:
        raise BadParameter("vectorizer_type", vectorizer_type, one_of(VECTORIZERS))
    params = vectorizers.tidied(dict(vectorizer_params or {}))
    vectorizer = check_params("vectorizer_params", _VECTORIZERS[vectorizer_type][1], params)
    return Recipe(ml_model_type, model, vectorizer_type, vectorizer)


def family_schemas(language: Language = "ru") -> dict[str, Schema]:
    """JSON schema of what may be trained, by family.

    Each is an object with ``ml_model_params`` and, in one of the branches of ``oneOf``, ``vectorizer_type`` with its
    ``vectorizer_params``. Parameters with alternatives are a flat ``oneOf``; the branches differ in constants and
    enums (solver, penalty, analyzer), so a form that keeps to the branches matching what is chosen offers only
    what goes together.
    """
    return {family: _family_schema(family, language) for family in FAMILIES}


def _family_schema(family: str, language: Language) -> Schema:
    words, kind = _FAMILIES[family]
    schema: Schema = {
        "type": "object",
        "title": words.title_ru if language == "ru" else words.title,
        "description": words.sentence_ru if language == "ru" else words.sentence,
        "properties": {
            "ml_model_type": {"const": family},
            "ml_model_params": in_language(schema_of(kind), language),
        },
        "required": ["ml_model_type"],
    }
    if family not in _WITHOUT_VECTORIZER:
        schema["oneOf"] = [
            {
                "title": words.title_ru if language == "ru" else words.title,
                "description": words.sentence_ru if language == "ru" else words.sentence,
                "properties": {
                    "vectorizer_type": {"const": name},
                    "vectorizer_params": in_language(schema_of(kind), language),
                },
                "required": ["vectorizer_type"],
            }
            for name, (words, kind) in _VECTORIZERS.items()
        ]
    return schema


def _tidied_model(family: str, params: dict[str, Any]) -> dict[str, Any]:
    if family == "multinomial_naive_bayes" or family == "cnn":
        return params
    if "penalty" in params and params["penalty"] is None:
        params["penalty"] = "none"
    if "class_weight" in params and params["class_weight"] is None:
        params["class_weight"] = "none"
    defaults = {"penalty": "l2"} | ({"solver": "lbfgs"} if family == "logistic_regression" else {})
    params = defaults | params
    if params["penalty"] == "none":
        params.pop("C", None)
    if params["penalty"] != "elasticnet" and params.get("l1_ratio", 0) is None:
        params.pop("l1_ratio")
    return params
