"""A recipe: the family, the vectorizer and the hyperparameters of both, checked as a whole."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, get_args

from pydantic import BaseModel, TypeAdapter, ValidationError

from chisto.errors import BadRequest, Language, Words
from chisto.families import estimators, vectorizers
from chisto.families.fields import Explanation, Parameters, in_language
from chisto.families.vectorizers import AnyVectorizer

Schema = dict[str, Any]

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
#: Fields whose values tell the branches of a schema apart.
_DECISIVE = ("solver", "penalty", "analyzer")
#: Families that read texts by themselves.
_WITHOUT_VECTORIZER = ("cnn",)


class BadParameter(BadRequest):
    """``field``: dotted name; ``allowed``: what it may be."""

    code = "bad_parameter"
    texts = {
        "en": (
            "'{field}' cannot be {value}.",
            "It may be {allowed}. GET /api/v1/families lists all of them.",
        ),
        "ru": (
            "Поле «{field}» не может быть {value}.",
            "Допустимо: {allowed}. Полный список: GET /api/v1/families.",
        ),
    }

    def __init__(self, field: str, value: object, allowed: Words) -> None:
        shown = "null" if value is None else f"«{str(value)[:60]}»"
        super().__init__(field=field[:100], value=shown, allowed=allowed)


class UnknownParameter(BadParameter):
    code = "unknown_parameter"
    texts = {
        "en": ("There is no field '{field}' here.", "There are {allowed}."),
        "ru": ("Поля «{field}» здесь нет.", "Есть {allowed}."),
    }


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
        raise BadParameter("ml_model_type", ml_model_type, _one_of(FAMILIES))
    model = _check(
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
        raise BadParameter("vectorizer_type", vectorizer_type, _one_of(VECTORIZERS))
    params = vectorizers.tidied(dict(vectorizer_params or {}))
    vectorizer = _check("vectorizer_params", _VECTORIZERS[vectorizer_type][1], params)
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
            "ml_model_params": in_language(_schema(kind), language),
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
                    "vectorizer_params": in_language(_schema(kind), language),
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


def _check(prefix: str, kind: Any, params: dict[str, Any]) -> Any:
    try:
        return _adapter(kind).validate_python(params)
    except ValidationError as error:
        first = error.errors(include_url=False)[0]
    branches = [branch for branch in _branches(kind) if _agrees(branch, params)]
    known = {name for branch in branches or _branches(kind) for name in branch.model_fields}
    names = [part for part in first["loc"] if isinstance(part, str) and (part in known or part in params)]
    if first["type"].startswith("union_tag"):
        name = str(first["ctx"]["discriminator"]).strip("'")
    else:
        name = next((part for part in names if part not in params.values()), str(names[-1] if names else "?"))
    field = f"{prefix}.{name}"
    if name not in known:
        listed = ", ".join(sorted(known))
        raise UnknownParameter(field, None, Words(listed, listed)) from None
    others = _branches_beside(kind, params, name)
    raise BadParameter(field, params.get(name), _allowed([_property(b, name) for b in others])) from None


def _branches_beside(kind: Any, params: dict[str, Any], name: str) -> list[type[Parameters]]:
    """The branches that go with everything chosen but ``name``; all that know the name if there is none."""
    rest = {key: value for key, value in params.items() if key != name}
    knowing = [branch for branch in _branches(kind) if name in branch.model_fields]
    return [branch for branch in knowing if _agrees(branch, rest)] or knowing


def _agrees(branch: type[Parameters], params: Mapping[str, Any]) -> bool:
    for name in _DECISIVE:
        if name in params and name in branch.model_fields:
            schema = _property(branch, name)
            if params[name] not in schema.get("enum", [schema.get("const")]):
                return False
    return True


def _branches(kind: Any) -> list[type[Parameters]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]  # type: ignore[list-item]
    return [branch for part in get_args(kind) for branch in _branches(part)]


@lru_cache(maxsize=64)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


@lru_cache(maxsize=64)
def _branch_schema(branch: type[Parameters]) -> Schema:
    """The schema of one class; what decides over the others comes first."""
    schema = branch.model_json_schema()
    first = [name for name in _DECISIVE if name in schema["properties"]]
    schema["properties"] = {name: schema["properties"][name] for name in [*first, *schema["properties"]]}
    return schema


def _property(branch: type[Parameters], name: str) -> Schema:
    schema: Schema = _branch_schema(branch)["properties"][name]
    return schema


def _schema(kind: Any) -> Schema:
    branches = [_branch_schema(branch) for branch in _branches(kind)]
    return branches[0] if len(branches) == 1 else {"oneOf": branches}


def _allowed(schemas: list[Schema]) -> Words:
    constants: dict[str, None] = {}
    ranges: dict[Words, None] = {}
    for schema in schemas:
        for part in schema.get("anyOf", [schema]):
            values = part.get("enum") or ([part["const"]] if "const" in part else [])
            constants.update(dict.fromkeys(map(str, values)))
            if not values:
                ranges[_range(part)] = None
    texts = [_one_of(list(constants))] if constants else []
    texts += list(ranges)
    return Words(" или ".join(text.ru for text in texts), " or ".join(text.en for text in texts))


def _range(schema: Schema) -> Words:
    kind = schema.get("type")
    if kind == "boolean":
        return Words("true или false", "true or false")
    if kind == "null":
        return Words("null", "null")
    bounds = _bounds(schema)
    if kind == "integer":
        return Words("целое число" + bounds.ru, "a whole number" + bounds.en)
    return Words("число" + bounds.ru, "a number" + bounds.en)


def _bounds(schema: Schema) -> Words:
    low, high = schema.get("minimum", schema.get("exclusiveMinimum")), schema["maximum"]
    step, above = schema.get("multipleOf"), "exclusiveMinimum" in schema
    return Words(
        f" {'больше' if above else 'от'} {low:g} до {high:g}" + (f" с шагом {step}" if step else ""),
        f" {'above' if above else 'from'} {low:g} to {high:g}" + (f" in steps of {step}" if step else ""),
    )


def _one_of(names: tuple[str, ...] | list[str]) -> Words:
    listed = ", ".join(names)
    return Words(f"одно из {listed}", f"one of {listed}") if len(names) > 1 else Words(listed, listed)
