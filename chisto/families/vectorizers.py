"""How comments become numbers: what is counted, of which pieces, and how the counts are weighed."""

from typing import Annotated, Any, Literal

from pydantic import Field

from chisto.families.fields import Explanation, Parameters, described, explained, ngrams

WordNgrams = Annotated[tuple[int, int], *ngrams(5)]
CharNgrams = Annotated[tuple[int, int], *ngrams(8)]

_ANALYZER = Explanation(
    "Pieces",
    "Что считать",
    "word: words; char: letters in a row; char_wb: the same within words; both: words and letters.",
    "word — слова; char — буквы подряд; char_wb — то же внутри слов; both — и слова, и буквы.",
)
_WORD_NGRAMS = Explanation(
    "Explanation in a row",
    "Слов подряд",
    "Smallest and largest number of neighbouring words that count as one feature.",
    "Наименьшее и наибольшее число соседних слов, которые считаются одним признаком.",
)
_CHAR_NGRAMS = Explanation(
    "Letters in a row",
    "Букв подряд",
    "Smallest and largest number of neighbouring letters that count as one feature.",
    "Наименьшее и наибольшее число соседних букв, которые считаются одним признаком.",
)
_CHAR_ANALYZER = Explanation(
    "Letters",
    "Буквы",
    "char_wb stays within words, char also runs across the spaces.",
    "char_wb — внутри слов, char — и через пробелы.",
)
_LEMMATIZE = Explanation(
    "Dictionary forms",
    "Словарные формы",
    "Puts Russian words into their dictionary form first; slower, and fewer different words.",
    "Сначала приводит слова к словарной форме; медленнее, зато разных слов меньше.",
)
_MAX_FEATURES = Explanation(
    "Features at most",
    "Признаков не больше",
    "Only so many of the most frequent features are kept; empty keeps all.",
    "Остаётся столько самых частых признаков; пусто — все.",
)
_MIN_DF = Explanation(
    "In at least",
    "Встречается не реже",
    "Features in fewer comments are left out: a whole number counts comments, a fraction is their share.",
    "Более редкие признаки отбрасываются: целое — число комментариев, дробное — их доля.",
)
_MAX_DF = Explanation(
    "In at most",
    "Встречается не чаще",
    "Features in a larger share of the comments are left out, as they tell nothing.",
    "Признаки из большей доли комментариев отбрасываются: они ни о чём не говорят.",
)
_BINARY = Explanation(
    "Presence only",
    "Только наличие",
    "Counts a feature once, however often it stands in the comment.",
    "Признак считается один раз, сколько бы он ни повторялся в комментарии.",
)
_SUBLINEAR = Explanation(
    "Dampen repeats",
    "Приглушать повторы",
    "Ten repeats of a word weigh 1 + ln 10 instead of 10.",
    "Десять повторов слова весят 1 + ln 10, а не 10.",
)
_NORM = Explanation(
    "Length of the vector",
    "Длина вектора",
    "l2 or l1 make long and short comments comparable, none leaves them as they are.",
    "l2 и l1 уравнивают длинные и короткие комментарии, none оставляет как есть.",
)
_N_FEATURES = Explanation(
    "Table size",
    "Размер таблицы",
    "Features are hashed into so many places: no vocabulary to store, but some features share a place.",
    "Признаки раскладываются по стольким ячейкам: словарь не нужен, но часть признаков совпадёт.",
)


# --- the pieces ----------------------------------------------------------------------------------------------


class OfWords(Parameters):
    analyzer: Literal["word"] = explained("word", _ANALYZER)
    ngram_range: WordNgrams = explained((1, 1), _WORD_NGRAMS)
    lemmatize: bool = explained(False, _LEMMATIZE)


class OfCharacters(Parameters):
    analyzer: Literal["char_wb", "char"] = explained("char_wb", _ANALYZER)
    ngram_range: CharNgrams = explained((2, 5), _CHAR_NGRAMS)


class OfBoth(Parameters):
    analyzer: Literal["both"] = explained("both", _ANALYZER)
    ngram_range: WordNgrams = explained((1, 2), _WORD_NGRAMS)
    char_analyzer: Literal["char_wb", "char"] = explained("char_wb", _CHAR_ANALYZER)
    char_ngram_range: CharNgrams = explained((2, 5), _CHAR_NGRAMS)
    lemmatize: bool = explained(False, _LEMMATIZE)


# --- what is kept of them ------------------------------------------------------------------------------------


class _Vocabulary(Parameters):
    """The ranges of min_df and max_df meet in one point, so that no choice leaves nothing between them."""

    max_features: Annotated[int, Field(ge=10, le=5_000_000)] | None = explained(None, _MAX_FEATURES)
    min_df: Annotated[int, Field(ge=1, le=1000)] | Annotated[float, Field(gt=0, le=0.2)] = explained(
        1, _MIN_DF
    )
    max_df: float = explained(1.0, _MAX_DF, ge=0.2, le=1)


class _Counts(_Vocabulary):
    binary: bool = explained(False, _BINARY)


class _Weighed(_Vocabulary):
    sublinear_tf: bool = explained(False, _SUBLINEAR)
    norm: Literal["l2", "l1", "none"] = explained("l2", _NORM)


class _Places(Parameters):
    n_features: Literal[16384, 65536, 262144, 1048576] = explained(262144, _N_FEATURES)
    norm: Literal["l2", "l1", "none"] = explained("l2", _NORM)


_OF_WORDS = Explanation("Explanation", "Слова", "Counts words.", "Считает слова.")
_OF_CHARACTERS = Explanation("Letters", "Буквы", "Counts letters in a row.", "Считает буквосочетания.")
_OF_BOTH = Explanation("Explanation and letters", "Слова и буквы", "Counts both.", "Считает и то, и другое.")


class BagOfWordsWords(_Counts, OfWords):
    model_config = described(_OF_WORDS)


class BagOfWordsCharacters(_Counts, OfCharacters):
    model_config = described(_OF_CHARACTERS)


class BagOfWordsBoth(_Counts, OfBoth):
    model_config = described(_OF_BOTH)


class TfIdfWords(_Weighed, OfWords):
    model_config = described(_OF_WORDS)


class TfIdfCharacters(_Weighed, OfCharacters):
    model_config = described(_OF_CHARACTERS)


class TfIdfBoth(_Weighed, OfBoth):
    model_config = described(_OF_BOTH)


class HashedWords(_Places, OfWords):
    model_config = described(_OF_WORDS)


class HashedCharacters(_Places, OfCharacters):
    model_config = described(_OF_CHARACTERS)


class HashedBoth(_Places, OfBoth):
    model_config = described(_OF_BOTH)


BagOfWords = Annotated[
    BagOfWordsWords | BagOfWordsCharacters | BagOfWordsBoth, Field(discriminator="analyzer")
]
TfIdf = Annotated[TfIdfWords | TfIdfCharacters | TfIdfBoth, Field(discriminator="analyzer")]
Hashed = Annotated[HashedWords | HashedCharacters | HashedBoth, Field(discriminator="analyzer")]

AnyVectorizer = (
    BagOfWordsWords
    | BagOfWordsCharacters
    | BagOfWordsBoth
    | TfIdfWords
    | TfIdfCharacters
    | TfIdfBoth
    | HashedWords
    | HashedCharacters
    | HashedBoth
)


def tidied(params: dict[str, Any]) -> dict[str, Any]:
    """Loose parameters made exact: the analyzer named, 1.0 as a count of comments, 1 as a share of them."""
    given = {"analyzer": "word"} | params
    if isinstance(given.get("min_df"), float) and given["min_df"] == 1:
        given["min_df"] = 1
    if given.get("norm", "") is None:
        given["norm"] = "none"
    return given
