"""The hyperparameters of the model families, one class for each combination that goes together."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chisto.families.fields import Explanation, Parameters, described, explained

_C = Explanation(
    "Regularization C",
    "Регуляризация C",
    "Smaller values regularize more: a simpler model that fits the training data less closely.",
    "Чем меньше, тем сильнее регуляризация: модель проще и слабее подгоняется под обучающие данные.",
)
_MAX_ITER = Explanation(
    "Iterations at most",
    "Итераций не больше",
    "The fit stops after so many iterations even if it has not settled.",
    "Обучение остановится после стольких итераций, даже если ещё не сошлось.",
)
_TOL = Explanation(
    "Tolerance",
    "Точность остановки",
    "The fit stops when the improvement falls below this; smaller is longer and more exact.",
    "Обучение остановится, когда улучшение станет меньше; чем меньше, тем дольше и точнее.",
)
_CLASS_WEIGHT = Explanation(
    "Class weights",
    "Веса классов",
    "'balanced' makes the rare class weigh as much as the frequent one; 'none' takes the data as they are.",
    "«balanced» уравнивает редкий класс с частым; «none» оставляет данные как есть.",
)
_PENALTY = Explanation(
    "Penalty",
    "Штраф",
    "What large weights cost: l2 shrinks all of them, l1 makes most of them zero, none leaves them free.",
    "Чем платят за большие веса: l2 уменьшает все, l1 обнуляет большинство, none не ограничивает.",
)
_SOLVER = Explanation(
    "Solver",
    "Метод оптимизации",
    "The algorithm that finds the weights; it decides which penalties are possible.",
    "Алгоритм, который подбирает веса; от него зависит, какие штрафы возможны.",
)
_INTERCEPT = Explanation(
    "Intercept",
    "Свободный член",
    "Whether the model has a base level beside the weights of the words.",
    "Есть ли у модели базовый уровень помимо весов слов.",
)
_ALPHA = Explanation(
    "Smoothing alpha",
    "Сглаживание alpha",
    "Counted on top of every word in every class, so that unseen words do not decide alone.",
    "Добавляется к числу каждого слова в каждом классе, чтобы невиданные слова не решали всё.",
)
_FIT_PRIOR = Explanation(
    "Class frequencies",
    "Частоты классов",
    "Whether the share of toxic comments in the data is learnt; otherwise both classes are as likely.",
    "Учитывать ли долю токсичных комментариев в данных; иначе оба класса равновероятны.",
)
_LOSS = Explanation(
    "Loss",
    "Функция потерь",
    "hinge is the classical support vector machine, squared_hinge punishes large mistakes more.",
    "hinge — классический метод опорных векторов, squared_hinge строже к большим ошибкам.",
)
_L1_RATIO = Explanation(
    "Share of l1",
    "Доля l1",
    "How the elastic net mixes its penalties: 0 is all l2, 1 is all l1.",
    "Как смешаны штрафы elasticnet: 0 — только l2, 1 — только l1.",
)


# --- logistic regression -----------------------------------------------------------------------------------
# newton-cholesky is not offered: it needs memory for the square of the number of words.

SmoothSolver = Literal["lbfgs", "newton-cg", "sag"]


class _Logistic(Parameters):
    max_iter: int = explained(1000, _MAX_ITER, ge=1, le=10_000)
    tol: float = explained(1e-4, _TOL, ge=1e-8, le=0.1)
    class_weight: Literal["none", "balanced"] = explained("none", _CLASS_WEIGHT)
    fit_intercept: bool = explained(True, _INTERCEPT)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of scikit-learn's LogisticRegression, in which C and l1_ratio say what penalty said."""
        given = self.model_dump()
        penalty, ratio = given.pop("penalty"), given.pop("l1_ratio", None)
        given["class_weight"] = None if self.class_weight == "none" else self.class_weight
        given["C"] = given.get("C", float("inf"))
        given["l1_ratio"] = ratio if penalty == "elasticnet" else float(penalty == "l1")
        return given


class LogisticL2(_Logistic):
    model_config = described(
        Explanation("L2 penalty", "Штраф L2", "Shrinks all weights.", "Уменьшает все веса.")
    )
    solver: SmoothSolver = explained("lbfgs", _SOLVER)
    penalty: Literal["l2"] = explained("l2", _PENALTY)
    C: float = explained(1.0, _C, ge=1e-5, le=1e5)


class LogisticFree(_Logistic):
    model_config = described(
        Explanation("No penalty", "Без штрафа", "Leaves the weights free.", "Не ограничивает веса.")
    )
    solver: SmoothSolver = explained("lbfgs", _SOLVER)
    penalty: Literal["none"] = explained("none", _PENALTY)


class LogisticLiblinear(_Logistic):
    model_config = described(
        Explanation("liblinear", "liblinear", "Quick on small data sets.", "Быстр на небольших наборах.")
    )
    solver: Literal["liblinear"] = explained("liblinear", _SOLVER)
    penalty: Literal["l2", "l1"] = explained("l2", _PENALTY)
    C: float = explained(1.0, _C, ge=1e-5, le=1e5)


class LogisticSaga(_Logistic):
    model_config = described(
        Explanation("saga", "saga", "Quick on large data sets.", "Быстр на больших наборах.")
    )
    solver: Literal["saga"] = explained("saga", _SOLVER)
    penalty: Literal["l2", "l1"] = explained("l2", _PENALTY)
    C: float = explained(1.0, _C, ge=1e-5, le=1e5)


class LogisticSagaElasticNet(_Logistic):
    model_config = described(
        Explanation("saga, elastic net", "saga, elasticnet", "Mixes l1 and l2.", "Смешивает l1 и l2.")
    )
    solver: Literal["saga"] = explained("saga", _SOLVER)
    penalty: Literal["elasticnet"] = explained("elasticnet", _PENALTY)
    C: float = explained(1.0, _C, ge=1e-5, le=1e5)
    l1_ratio: float = explained(0.5, _L1_RATIO, ge=0, le=1)


class LogisticSagaFree(_Logistic):
    model_config = described(
        Explanation(
            "saga, no penalty", "saga, без штрафа", "Leaves the weights free.", "Не ограничивает веса."
        )
    )
    solver: Literal["saga"] = explained("saga", _SOLVER)
    penalty: Literal["none"] = explained("none", _PENALTY)


LogisticRegression = Annotated[
    Annotated[LogisticL2 | LogisticFree, Field(discriminator="penalty")]
    | LogisticLiblinear
    | Annotated[LogisticSaga | LogisticSagaElasticNet | LogisticSagaFree, Field(discriminator="penalty")],
    Field(discriminator="solver"),
]


# --- linear support vector machine ---------------------------------------------------------------------------


class _LinearSvc(Parameters):
    C: float = explained(1.0, _C, ge=1e-5, le=1e5)
    max_iter: int = explained(1000, _MAX_ITER, ge=1, le=10_000)
    tol: float = explained(1e-4, _TOL, ge=1e-8, le=0.1)
    class_weight: Literal["none", "balanced"] = explained("none", _CLASS_WEIGHT)
    fit_intercept: bool = explained(True, _INTERCEPT)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of scikit-learn's LinearSVC."""
        weight = None if self.class_weight == "none" else self.class_weight
        return self.model_dump() | {"class_weight": weight, "dual": "auto"}


class LinearSvcL2(_LinearSvc):
    model_config = described(
        Explanation("L2 penalty", "Штраф L2", "Shrinks all weights.", "Уменьшает все веса.")
    )
    penalty: Literal["l2"] = explained("l2", _PENALTY)
    loss: Literal["squared_hinge", "hinge"] = explained("squared_hinge", _LOSS)


class LinearSvcL1(_LinearSvc):
    model_config = described(
        Explanation("L1 penalty", "Штраф L1", "Makes most weights zero.", "Обнуляет большинство весов.")
    )
    penalty: Literal["l1"] = explained("l1", _PENALTY)
    loss: Literal["squared_hinge"] = explained("squared_hinge", _LOSS)


LinearSvc = Annotated[LinearSvcL2 | LinearSvcL1, Field(discriminator="penalty")]


# --- naive Bayes ---------------------------------------------------------------------------------------------


class MultinomialNaiveBayes(Parameters):
    model_config = described(
        Explanation("Naive Bayes", "Наивный Байес", "Fast and simple.", "Быстрый и простой метод.")
    )
    alpha: float = explained(1.0, _ALPHA, ge=0, le=10)
    fit_prior: bool = explained(True, _FIT_PRIOR)

    def arguments(self) -> dict[str, Any]:
        """Keyword arguments of scikit-learn's MultinomialNB; an alpha of 0 would divide by it."""
        return {"alpha": max(self.alpha, 1e-10), "fit_prior": self.fit_prior}


# --- the network ---------------------------------------------------------------------------------------------


class Cnn(Parameters):
    """Field names are those of training.network's Shape and Schedule."""

    model_config = described(
        Explanation(
            "Convolutional network",
            "Свёрточная сеть",
            "A small network over the words of a comment, served as INT8.",
            "Небольшая сеть над словами комментария; работает в INT8.",
        )
    )
    epochs: int = explained(
        7,
        Explanation(
            "Epochs",
            "Эпохи",
            "How many times the network sees all comments; the best one is kept.",
            "Сколько раз сеть увидит все комментарии; остаётся лучший вариант.",
        ),
        ge=1,
        le=50,
    )
    rate: float = explained(
        2e-3,
        Explanation(
            "Learning rate",
            "Скорость обучения",
            "How far each step goes; too large does not settle, too small does not arrive.",
            "Величина шага: слишком большая не сойдётся, слишком малая не дойдёт.",
        ),
        ge=1e-5,
        le=0.1,
    )
    batch: int = explained(
        64,
        Explanation(
            "Batch",
            "Размер пачки",
            "Comments that are learnt from at once.",
            "Сколько комментариев учитывается за один шаг.",
        ),
        ge=8,
        le=1024,
    )
    decay: float = explained(
        1e-4,
        Explanation(
            "Weight decay",
            "Затухание весов",
            "Pulls the weights towards zero at each step.",
            "На каждом шаге подтягивает веса к нулю.",
        ),
        ge=0,
        le=0.1,
    )
    dropout: float = explained(
        0.5,
        Explanation(
            "Dropout",
            "Дропаут",
            "Share of features hidden at each step, so that the network does not rely on a few.",
            "Доля признаков, скрываемых на каждом шаге, чтобы сеть не полагалась на немногие.",
        ),
        ge=0,
        le=0.9,
    )
    word_dropout: float = explained(
        0.2,
        Explanation(
            "Word dropout",
            "Дропаут слов",
            "Share of words hidden at each step, so that context counts too.",
            "Доля слов, скрываемых на каждом шаге, чтобы учитывался и контекст.",
        ),
        ge=0,
        le=0.9,
    )
    dimension: int = explained(
        96,
        Explanation(
            "Word vector",
            "Вектор слова",
            "Numbers that describe a word; more is slower and may be better.",
            "Сколько чисел описывают слово; больше — медленнее и, возможно, лучше.",
        ),
        ge=16,
        le=256,
        multiple_of=16,
    )
    filters: int = explained(
        128,
        Explanation(
            "Filters",
            "Фильтры",
            "Patterns looked for at each width.",
            "Сколько образцов ищется на каждой ширине.",
        ),
        ge=16,
        le=512,
        multiple_of=16,
    )
    widest: int = explained(
        3,
        Explanation(
            "Widest pattern",
            "Самый широкий образец",
            "Patterns span from 1 to so many neighbouring words.",
            "Образцы охватывают от 1 до стольких соседних слов.",
        ),
        ge=1,
        le=5,
    )
    smallest_ngram: int = explained(
        2,
        Explanation(
            "Smallest n-gram",
            "Наименьшая n-грамма",
            "A word is known by its pieces from so many letters on.",
            "Слово узнаётся по кусочкам не короче стольких букв.",
        ),
        ge=1,
        le=4,
    )
    buckets: Literal[8192, 16384, 32768, 65536] = explained(
        32768,
        Explanation(
            "Table of n-grams",
            "Таблица n-грамм",
            "Rows for the pieces of words; more rows share less and take more memory.",
            "Строк для кусочков слов: чем больше, тем меньше совпадений и больше памяти.",
        ),
    )
