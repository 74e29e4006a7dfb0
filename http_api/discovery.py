"""The discovery document of commentanalyzer v1alpha1: what Google's clients build their methods from.

Format: Google API Discovery Service, restDescription v1. Names and types are those of Perspective API; a test compares
them with the shapes that http_api.perspective reads.
"""

from functools import lru_cache
from typing import Any

#: Every attribute that Perspective ever offered: asking for another one is a mistake of the caller.
KNOWN_ATTRIBUTES = frozenset(
    {
        *("TOXICITY", "SEVERE_TOXICITY", "IDENTITY_ATTACK", "INSULT", "PROFANITY", "THREAT"),
        *("TOXICITY_EXPERIMENTAL", "SEVERE_TOXICITY_EXPERIMENTAL", "IDENTITY_ATTACK_EXPERIMENTAL"),
        *("INSULT_EXPERIMENTAL", "PROFANITY_EXPERIMENTAL", "THREAT_EXPERIMENTAL", "TOXICITY_FAST"),
        *(
            "SEXUALLY_EXPLICIT",
            "FLIRTATION",
            "ATTACK_ON_AUTHOR",
            "ATTACK_ON_COMMENTER",
            "ATTACK_ON_PUBLISHER",
        ),
        *("INCOHERENT", "INFLAMMATORY", "LIKELY_TO_REJECT", "OBSCENE", "OFF_TOPIC", "SPAM", "UNSUBSTANTIAL"),
        *(
            "AFFINITY_EXPERIMENTAL",
            "COMPASSION_EXPERIMENTAL",
            "CURIOSITY_EXPERIMENTAL",
            "NUANCE_EXPERIMENTAL",
        ),
        *("PERSONAL_STORY_EXPERIMENTAL", "REASONING_EXPERIMENTAL", "RESPECT_EXPERIMENTAL"),
        *("ALIENATION_EXPERIMENTAL", "FEARMONGERING_EXPERIMENTAL", "GENERALIZATION_EXPERIMENTAL"),
        *("MORAL_OUTRAGE_EXPERIMENTAL", "POWER_APPEAL_EXPERIMENTAL", "SCAPEGOATING_EXPERIMENTAL"),
    }
)

_STRING, _BOOLEAN = {"type": "string"}, {"type": "boolean"}
_FLOAT, _INTEGER = {"type": "number", "format": "float"}, {"type": "integer", "format": "int32"}
_SCORE_TYPE = {
    "type": "string",
    "enum": ["SCORE_TYPE_UNSPECIFIED", "PROBABILITY", "STD_DEV_SCORE", "PERCENTILE", "RAW"],
}
_TEXT_TYPE = {"type": "string", "enum": ["TEXT_TYPE_UNSPECIFIED", "PLAIN_TEXT", "HTML"]}


def _ref(name: str) -> dict[str, Any]:
    return {"$ref": name}


def _list(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "array", "items": item}


def _map(item: dict[str, Any]) -> dict[str, Any]:
    return {"type": "object", "additionalProperties": item}


_COMMENT = {
    "comment": _ref("TextEntry"),
    "context": _ref("Context"),
    "languages": _list(_STRING),
    "clientToken": _STRING,
    "sessionId": _STRING,
    "communityId": _STRING,
    "doNotStore": _BOOLEAN,
}
_DETECTED = {"clientToken": _STRING, "detectedLanguages": _list(_STRING)}

#: schema → property → type
SCHEMAS: dict[str, dict[str, Any]] = {
    "AnalyzeCommentRequest": {
        **_COMMENT,
        "requestedAttributes": _map(_ref("AttributeParameters")),
        "spanAnnotations": _BOOLEAN,
        "dropUnsupportedAttributes": _BOOLEAN,
    },
    "AnalyzeCommentResponse": {
        **_DETECTED,
        "attributeScores": _map(_ref("AttributeScores")),
        "languages": _list(_STRING),
    },
    "SuggestCommentScoreRequest": {**_COMMENT, "attributeScores": _map(_ref("AttributeScores"))},
    "SuggestCommentScoreResponse": _DETECTED,
    "TextEntry": {"text": _STRING, "type": _TEXT_TYPE},
    "Context": {
        "entries": _list(_ref("TextEntry")),
        "articleAndParentComment": _ref("ArticleAndParentComment"),
    },
    "ArticleAndParentComment": {"article": _ref("TextEntry"), "parentComment": _ref("TextEntry")},
    "AttributeParameters": {"scoreType": _SCORE_TYPE, "scoreThreshold": _FLOAT},
    "AttributeScores": {"summaryScore": _ref("Score"), "spanScores": _list(_ref("SpanScore"))},
    "SpanScore": {"begin": _INTEGER, "end": _INTEGER, "score": _ref("Score")},
    "Score": {"value": _FLOAT, "type": _SCORE_TYPE},
}

_PARAMETERS = {
    "$.xgafv": {"type": "string", "location": "query", "enum": ["1", "2"], "enumDescriptions": ["v1", "v2"]},
    "alt": {
        "type": "string",
        "location": "query",
        "default": "json",
        "enum": ["json"],
        "enumDescriptions": ["JSON"],
    },
    "key": {"type": "string", "location": "query", "description": "A key made with `chisto keys create`."},
    "prettyPrint": {"type": "boolean", "location": "query", "default": "true"},
    **{
        name: {"type": "string", "location": "query"}
        for name in (
            *("access_token", "callback", "fields", "oauth_token"),
            *("quotaUser", "uploadType", "upload_protocol"),
        )
    },
}


def _method(name: str, shape: str, description: str) -> dict[str, Any]:
    path = f"v1alpha1/comments:{name}"
    return {
        "id": f"commentanalyzer.comments.{name}",
        "description": description,
        "httpMethod": "POST",
        "path": path,
        "flatPath": path,
        "parameters": {},
        "parameterOrder": [],
        "request": _ref(f"{shape}Request"),
        "response": _ref(f"{shape}Response"),
    }


@lru_cache(maxsize=32)
def discovery_document(root_url: str) -> dict[str, Any]:
    """The document for a server that is reached at ``root_url``, which ends in a slash.

    It names no OAuth scopes, so that a client without a key looks for no credentials of Google's either.
    """
    return {
        "kind": "discovery#restDescription",
        "discoveryVersion": "v1",
        "id": "commentanalyzer:v1alpha1",
        "name": "commentanalyzer",
        "canonicalName": "Comment Analyzer",
        "version": "v1alpha1",
        "version_module": True,
        "revision": "20260101",
        "title": "Chisto as Perspective Comment Analyzer API",
        "description": "Scores comments with the models of this server.",
        "protocol": "rest",
        "rootUrl": root_url,
        "servicePath": "",
        "basePath": "",
        "baseUrl": root_url,
        "batchPath": "batch",
        "parameters": _PARAMETERS,
        "schemas": {
            name: {"id": name, "type": "object", "properties": properties}
            for name, properties in SCHEMAS.items()
        },
        "resources": {
            "comments": {
                "methods": {
                    "analyze": _method("analyze", "AnalyzeComment", "Scores a comment."),
                    "suggestscore": _method("suggestscore", "SuggestCommentScore", "Stores a better score."),
                }
            }
        },
    }
