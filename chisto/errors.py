"""Errors that a user can do something about.

    ChistoError                     code, HTTP status, message and hint in Russian and English
    ├── BadRequest          400     the body or a parameter is wrong
    ├── Unauthorized        401     no key, or an unknown one
    ├── Forbidden           403     the key may not do this
    ├── NotFound            404     no such model, data set, task …
    ├── Conflict            409     the state of a thing forbids it (name taken, model in use …)
    ├── TooLarge            413     a body, text, list or file over its limit
    ├── Unprocessable       422     well-formed, but cannot be worked with (a file with no usable rows …)
    ├── TooManyRequests     429     a rate or a running-jobs limit
    └── Unavailable         503     a part is starting, overloaded or away

A subclass of one of these sets ``code`` and ``texts``; ``{names}`` in the texts are filled from keyword arguments.
The codes are part of the API: they are only ever added.
"""

from collections.abc import Mapping
from typing import Any, ClassVar, Literal

Language = Literal["ru", "en"]


class ChistoError(Exception):
    code: ClassVar[str] = "internal"
    status: ClassVar[int] = 500
    #: language -> (message, hint)
    texts: ClassVar[Mapping[Language, tuple[str, str]]] = {
        "en": ("Something broke on our side.", "Try again; if it stays, look into the server's log."),
        "ru": ("Что-то сломалось на нашей стороне.", "Повторите запрос; если не поможет, загляните в журнал сервера."),
    }

    def __init__(self, **params: Any) -> None:
        self.params = params
        super().__init__(self.message("en"))

    def message(self, language: Language) -> str:
        return self.texts[language][0].format_map(self.params)

    def hint(self, language: Language) -> str:
        return self.texts[language][1].format_map(self.params)

    def body(self, language: Language) -> dict[str, Any]:
        """The one error shape: ``{"error": {"code", "message", "hint"}}``."""
        return {
            "error": {"code": self.code, "message": self.message(language), "hint": self.hint(language)}
        }


def preferred_language(accept_language: str | None, default: Language = "ru") -> Language:
    """Choose ru or en by an ``Accept-Language`` header (RFC 9110, 12.5.4); ``default`` where it names neither."""
    best: tuple[float, Language] | None = None
    for part in (accept_language or "").split(",")[:32]:
        tag, _, parameter = part.strip().partition(";")
        name = tag.strip().lower()[:2]
        if name not in ("ru", "en"):
            continue
        try:
            quality = float(parameter.split("=", 1)[1]) if "=" in parameter else 1.0
        except ValueError:
            continue
        if quality > 0 and (best is None or quality > best[0]):
            best = (quality, "ru" if name == "ru" else "en")
    return best[1] if best else default


class BadRequest(ChistoError):
    code, status = "bad_request", 400
    texts = {
        "en": ("The request is wrong: {reason}", "See /docs for what this call takes."),
        "ru": ("Неверный запрос: {reason}", "Что принимает этот вызов, написано на странице /docs."),
    }


class Unauthorized(ChistoError):
    code, status = "unauthorized", 401
    texts = {
        "en": (
            "A key is needed, and this one is missing or unknown.",
            "Send 'Authorization: Bearer KEY'; an operator makes keys with `chisto keys create`.",
        ),
        "ru": (
            "Нужен ключ, а он не передан или неизвестен.",
            "Передайте «Authorization: Bearer КЛЮЧ»; ключи создаёт оператор командой `chisto keys create`.",
        ),
    }


class Forbidden(ChistoError):
    code, status = "forbidden", 403
    texts = {
        "en": ("This key may not do that.", "Use a key with the role '{role}'."),
        "ru": ("Этому ключу такое не разрешено.", "Нужен ключ с ролью «{role}»."),
    }


class NotFound(ChistoError):
    code, status = "not_found", 404
    texts = {
        "en": ("There is nothing at this address.", "See /docs for the addresses there are."),
        "ru": ("По этому адресу ничего нет.", "Список адресов есть на странице /docs."),
    }


class MethodNotAllowed(ChistoError):
    code, status = "method_not_allowed", 405
    texts = {
        "en": ("This address does not take this method.", "See /docs for the method it takes."),
        "ru": ("Этот адрес не принимает такой метод.", "Какой метод нужен, написано на странице /docs."),
    }


class Conflict(ChistoError):
    code, status = "conflict", 409
    texts = {
        "en": ("The state of things forbids this.", "Look at the current state and try again."),
        "ru": ("Текущее состояние этого не позволяет.", "Посмотрите текущее состояние и повторите."),
    }


class TooLarge(ChistoError):
    code, status = "too_large", 413
    texts = {
        "en": ("The request is larger than {limit} bytes.", "Send it in smaller parts."),
        "ru": ("Запрос больше {limit} байт.", "Разбейте его на части."),
    }


class Unprocessable(ChistoError):
    code, status = "unprocessable", 422
    texts = {
        "en": ("This cannot be worked with: {reason}", "Correct it and send it again."),
        "ru": ("С этим нельзя работать: {reason}", "Исправьте и отправьте снова."),
    }


class TooManyRequests(ChistoError):
    code, status = "too_many_requests", 429
    texts = {
        "en": ("Too many requests.", "Wait a little and try again."),
        "ru": ("Слишком много запросов.", "Немного подождите и повторите."),
    }


class Unavailable(ChistoError):
    code, status = "unavailable", 503
    texts = {
        "en": ("The service is starting or overloaded.", "Try again in a moment."),
        "ru": ("Сервис запускается или перегружен.", "Повторите через мгновение."),
    }


# --- the data plane -------------------------------------------------------------------------------------------


class BrokenJson(BadRequest):
    code = "broken_json"
    texts = {
        "en": ("The body is not valid JSON in UTF-8.", 'Send for example {{"texts": ["спасибо за статью"]}}.'),
        "ru": ("Тело запроса — не JSON в UTF-8.", 'Пример верного тела: {{"texts": ["спасибо за статью"]}}.'),
    }


class BadField(BadRequest):
    code = "bad_field"
    texts = {
        "en": ("The field '{field}' is wrong: {reason}", "See /docs for what this call takes."),
        "ru": ("Неверное поле «{field}»: {reason}", "Что принимает этот вызов, написано на странице /docs."),
    }


class NoTexts(BadRequest):
    code = "no_texts"
    texts = {
        "en": ("There is no text to score.", 'Send "texts": ["…"] or "text": "…", one of them.'),
        "ru": ("Нет текста для оценки.", 'Передайте "texts": ["…"] или "text": "…", одно из двух.'),
    }


class EmptyText(BadRequest):
    code = "empty_text"
    texts = {
        "en": ("Text number {index} is empty.", "Leave empty and blank texts out."),
        "ru": ("Текст номер {index} пуст.", "Не передавайте пустые тексты и тексты из одних пробелов."),
    }


class TextTooLong(TooLarge):
    code = "text_too_long"
    texts = {
        "en": ("Text number {index} has more than {limit} characters.", "Shorten or split it."),
        "ru": ("В тексте номер {index} больше {limit} знаков.", "Сократите или разделите его."),
    }


class TooManyTexts(TooLarge):
    code = "too_many_texts"
    texts = {
        "en": ("There are {count} texts; one request takes at most {limit}.", "Send them in several requests."),
        "ru": ("Текстов {count}, а в одном запросе может быть не больше {limit}.", "Отправьте несколько запросов."),
    }


class BadThreshold(BadRequest):
    code = "bad_threshold"
    texts = {
        "en": ("The threshold must be a number from 0 to 1.", "Leave it out to use the model's own."),
        "ru": ("Порог должен быть числом от 0 до 1.", "Не передавайте его, чтобы взять порог самой модели."),
    }


# --- models ---------------------------------------------------------------------------------------------------


class UnknownModel(NotFound):
    code = "unknown_model"
    texts = {
        "en": ("There is no model '{name}'.", "GET /api/v1/models lists the models there are."),
        "ru": ("Модели «{name}» нет.", "Список моделей: GET /api/v1/models."),
    }


class ModelNotLoaded(Conflict):
    code = "model_not_loaded"
    texts = {
        "en": ("The model '{name}' is not loaded.", "Load it first: POST /api/v1/models/load."),
        "ru": ("Модель «{name}» не загружена.", "Сначала загрузите её: POST /api/v1/models/load."),
    }


class ArtifactCorrupt(Unprocessable):
    code = "artifact_corrupt"
    texts = {
        "en": ("The model's files are damaged or not allowed: {reason}", "Export the model anew, or train it again."),
        "ru": (
            "Файлы модели повреждены или недопустимы: {reason}",
            "Выгрузите модель заново или обучите её ещё раз.",
        ),
    }
