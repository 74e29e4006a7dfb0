"""What the control plane says when things go well, in Russian and English."""

from typing import Any

from chisto.errors import Language

_TEXTS: dict[str, tuple[str, str]] = {
    "fit_started": ("Обучение модели «{name}» запущено.", "Training of the model '{name}' has started."),
    "search_started": (
        "Подбор параметров модели «{name}» запущен.",
        "The search for parameters of the model '{name}' has started.",
    ),
    "loaded": ("Модель «{name}» загружена.", "The model '{name}' is loaded."),
    "unloaded": ("Модель «{name}» выгружена.", "The model '{name}' is unloaded."),
    "removed": ("Модель «{name}» удалена.", "The model '{name}' is removed."),
    "version_removed": (
        "Версия {version} модели «{name}» удалена.",
        "Version {version} of the model '{name}' is removed.",
    ),
    "nothing_to_remove": ("Удалять нечего.", "There is nothing to remove."),
    "dataset_deleted": ("Набор данных «{name}» удалён.", "The data set '{name}' is deleted."),
    "profile_started": (
        "Разбор набора данных «{name}» запущен.",
        "The profile of the data set '{name}' is being made.",
    ),
    "profile_ready": (
        "Разбор набора данных «{name}» готов.",
        "The profile of the data set '{name}' is ready.",
    ),
    "evaluation_started": ("Сравнение моделей запущено.", "The comparison of the models has started."),
    "scoring_started": (
        "Оценка набора данных «{name}» запущена.",
        "The data set '{name}' is being scored.",
    ),
    "task_deleted": ("Задача удалена.", "The task is deleted."),
    "feedback_forgotten": ("Отзывы забыты.", "The feedback is forgotten."),
    "key_revoked": ("Ключ отозван.", "The key is revoked."),
    "task_queued": ("В очереди.", "Waiting."),
    "task_running": ("Выполняется.", "Running."),
    "task_cancelled": ("Отменена.", "Cancelled."),
    "done": ("Готово.", "Done."),
    "done_fit": ("Модель «{name}» обучена.", "The model '{name}' is trained."),
    "done_search": (
        "Лучшие параметры найдены, модель «{name}» обучена.",
        "The best parameters are found, the model '{name}' is trained.",
    ),
    "done_evaluate": ("Модели сравнены.", "The models are compared."),
    "done_profile": ("Набор данных «{name}» разобран.", "The data set '{name}' is profiled."),
    "done_score_file": ("Набор данных «{name}» оценён.", "The data set '{name}' is scored."),
}


def say(language: Language, key: str, **params: Any) -> str:
    russian, english = _TEXTS[key]
    return (russian if language == "ru" else english).format_map(params)


def say_done(language: Language, kind: str, name: str) -> str:
    """How a task of this kind ended well."""
    key = f"done_{kind}"
    return say(language, key if key in _TEXTS else "done", name=name)
