"""Open Inference Protocol v2 over HTTP, with Triton's extension for binary tensors.

A model has one input, ``text`` (BYTES, UTF-8), and one output, ``score`` (FP32) of the same shape: calibrated scores.
Sources: kserve/open-inference-protocol, inference_rest.md; Triton, extension_binary_data.md.
"""

import math
import struct
from collections.abc import Iterator, Sequence
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field
from starlette.responses import Response

from chisto.errors import BadField, BadRequest, ChistoError, Language, Unavailable, UnknownModel, Words
from chisto.settings import get_settings
from chisto.validation import check_texts
from chisto.version import VERSION
from http_api.reading import documented, read_body
from http_api.responses import JsonResponse, language_of, register_error_shape
from http_api.scoring import Scoring
from models_store.catalog import ServedModel

router = APIRouter(prefix="/v2", tags=["Open Inference Protocol"])

INPUT, OUTPUT = "text", "score"
HEADER_LENGTH = "Inference-Header-Content-Length"


class Shaped(BaseModel):
    """The protocol lets unknown fields be; clients send some, such as `model_name`."""

    model_config = ConfigDict(strict=True)


class InputParameters(Shaped):
    binary_data_size: Annotated[int, Field(ge=0)] | None = None


class OutputParameters(Shaped):
    binary_data: bool | None = None


class RequestParameters(Shaped):
    binary_data_output: bool = False


class InputTensor(Shaped):
    name: str
    shape: Annotated[list[Annotated[int, Field(ge=0)]], Field(min_length=1, max_length=8)]
    datatype: Literal["BYTES"]
    parameters: InputParameters | None = None
    data: list[Any] | None = None


class OutputTensor(Shaped):
    name: str
    parameters: OutputParameters | None = None


class InferRequest(Shaped):
    id: str | None = None
    parameters: RequestParameters | None = None
    inputs: list[InputTensor]
    outputs: list[OutputTensor] | None = None


class BadTensor(BadRequest):
    code = "bad_tensor"
    texts = {
        "en": (
            "The tensor '{name}' is wrong: {reason}.",
            "GET /v2/models/NAME tells the inputs and outputs.",
        ),
        "ru": ("Неверный тензор «{name}»: {reason}.", "Входы и выходы описаны в GET /v2/models/NAME."),
    }


class WrongTensor(BadRequest):
    """``taken``: the names that there are."""

    code = "wrong_tensor"
    texts = {
        "en": ("The model has no such {kind}.", "It has one: '{taken}'."),
        "ru": ("У модели нет такого тензора ({kind}).", "Есть один: «{taken}»."),
    }


def _error_shape(error: ChistoError, language: Language) -> dict[str, str]:
    return {"error": f"{error.message(language)} {error.hint(language)}".strip()}


register_error_shape("/v2", _error_shape)


# --- server and models ----------------------------------------------------------------------------------------


@router.get("", summary="Server metadata")
async def server() -> JsonResponse:

    return JsonResponse({"name": "chisto", "version": VERSION, "extensions": ["binary_tensor_data"]})


@router.get("/health/live", summary="Server live")
async def live() -> JsonResponse:
    return JsonResponse({"live": True})


@router.get("/health/ready", summary="Server ready")
async def ready(request: Request) -> JsonResponse:
    """200 where the promoted model answers, 503 otherwise."""
    scoring: Scoring = request.app.state.scoring
    if not await scoring.is_ready():
        raise Unavailable
    return JsonResponse({"ready": True})


@router.get("/models/{name}", summary="Model metadata")
@router.get("/models/{name}/versions/{version}", summary="Model metadata")
async def metadata(request: Request, name: str, version: str | None = None) -> JsonResponse:
    model = _resolve(request, name, version)
    return JsonResponse(
        {
            "name": model.name,
            "versions": [model.version],
            "platform": "onnx_onnxv1" if model.family == "cnn" else "sklearn",
            "inputs": [{"name": INPUT, "datatype": "BYTES", "shape": [-1]}],
            "outputs": [{"name": OUTPUT, "datatype": "FP32", "shape": [-1]}],
        }
    )


@router.get("/models/{name}/ready", summary="Model ready")
@router.get("/models/{name}/versions/{version}/ready", summary="Model ready")
async def model_ready(request: Request, name: str, version: str | None = None) -> JsonResponse:
    """200 where the model answers, an error otherwise."""
    model = _resolve(request, name, version)
    return JsonResponse({"name": model.name, "ready": True})


def _resolve(request: Request, name: str, version: str | None) -> ServedModel:
    model: ServedModel = request.app.state.scoring.resolve(name)
    if version is not None and version != model.version:
        raise UnknownModel(name=f"{name}:{version}"[:80])
    return model


# --- inference ------------------------------------------------------------------------------------------------

_BODY = documented(
    {
        "inputs": [
            {
                "name": INPUT,
                "shape": [2],
                "datatype": "BYTES",
                "data": ["спасибо за статью", "ты просто идиот"],
            }
        ]
    }
)


@router.post("/models/{name}/infer", summary="Infer", openapi_extra=_BODY)
@router.post("/models/{name}/versions/{version}/infer", summary="Infer", openapi_extra=_BODY)
async def infer(request: Request, name: str, version: str | None = None) -> Response:
    model = _resolve(request, name, version)
    header, binary = _split(await request.body(), request.headers.get(HEADER_LENGTH))
    wanted = read_body(InferRequest, header, language_of(request.scope))
    tensor = _input(wanted)
    texts = _texts(tensor, binary)
    check_texts(texts, get_settings())
    scores = await request.app.state.scoring.score(model, texts)
    answer = {"model_name": model.name, "model_version": model.version, "outputs": []}
    if wanted.id is not None:
        answer["id"] = wanted.id
    return _answer(answer, tensor.shape, scores, wanted)


def _split(body: bytes, length: str | None) -> tuple[bytes, bytes]:
    """The JSON and the binary tensors behind it."""
    if length is None:
        return body, b""
    if not (length.isascii() and length.isdecimal()) or int(length) > len(body):
        reason = Words("длина больше тела запроса", "not a length within the body")
        raise BadField(field=HEADER_LENGTH, reason=reason)
    return body[: int(length)], body[int(length) :]


def _input(wanted: InferRequest) -> InputTensor:
    if len(wanted.inputs) != 1 or wanted.inputs[0].name != INPUT:
        raise WrongTensor(kind="input", taken=INPUT)
    if any(output.name != OUTPUT for output in wanted.outputs or ()):
        raise WrongTensor(kind="output", taken=OUTPUT)
    return wanted.inputs[0]


def _texts(tensor: InputTensor, binary: bytes) -> list[str]:
    size = tensor.parameters.binary_data_size if tensor.parameters else None
    if size is None and tensor.data is not None and not binary:
        texts = list(_flat(tensor.data))
        if not all(isinstance(text, str) for text in texts):
            raise _wrong("данные не строки", "its data are not strings")
    elif size == len(binary) and size is not None and tensor.data is None:
        try:
            texts = list(_elements(binary))
        except ValueError:
            raise _wrong(
                "данные оборваны или не UTF-8", "its binary data are cut short or not UTF-8"
            ) from None
    else:
        raise _wrong("нужно либо data, либо binary_data_size", "it needs either data or binary_data_size")
    if math.prod(tensor.shape) != len(texts):
        raise _wrong("форма не соответствует данным", "its shape does not fit its data")
    return texts


def _wrong(ru: str, en: str) -> BadTensor:
    return BadTensor(name=INPUT, reason=Words(ru, en))


def _flat(data: Sequence[Any]) -> Iterator[Any]:
    """The elements of a nested list in row-major order, without recursion: nesting is the sender's choice."""
    stack = [iter(data)]
    while stack:
        for item in stack[-1]:
            if isinstance(item, list):
                stack.append(iter(item))
                break
            yield item
        else:
            stack.pop()


def _elements(binary: bytes) -> Iterator[str]:
    """Elements of a BYTES tensor: a length of four bytes, little-endian, then so many bytes."""
    start = 0
    while start < len(binary):
        if start + 4 > len(binary):
            raise ValueError
        (length,) = struct.unpack_from("<I", binary, start)
        start += 4
        if start + length > len(binary):
            raise ValueError
        yield binary[start : start + length].decode()
        start += length


def _answer(
    answer: dict[str, Any], shape: Sequence[int], scores: Sequence[float], wanted: InferRequest
) -> Response:
    output: dict[str, Any] = {"name": OUTPUT, "shape": shape, "datatype": "FP32"}
    asked = wanted.outputs[0].parameters if wanted.outputs else None
    is_binary = asked.binary_data if asked and asked.binary_data is not None else None
    if is_binary is None:
        is_binary = wanted.parameters is not None and wanted.parameters.binary_data_output
    answer["outputs"].append(output)
    if not is_binary:
        output["data"] = scores
        return JsonResponse(answer)
    data = _little_endian(scores)
    output["parameters"] = {"binary_data_size": len(data)}
    header = JsonResponse(answer).body
    return Response(
        bytes(header) + data,
        media_type="application/octet-stream",
        headers={HEADER_LENGTH: str(len(header))},
    )


def _little_endian(scores: Sequence[float]) -> bytes:
    return struct.pack(f"<{len(scores)}f", *scores)
