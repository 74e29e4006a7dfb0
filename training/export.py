"""Torch network → ONNX → static INT8 (QDQ), and INT8 tables of n-grams."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper
from onnxruntime.quantization import (
    CalibrationDataReader,
    CalibrationMethod,
    QuantFormat,
    QuantType,
    quantize_static,
)

OPSET = 18
INPUT, OUTPUT = "vectors", "logit"


@dataclass(frozen=True)
class Convolution:
    """One convolution with its batch normalization folded in."""

    weight: NDArray[np.float32]  # (filters, dimension, width)
    bias: NDArray[np.float32]  # (filters,)


@dataclass(frozen=True)
class Head:
    weight: NDArray[np.float32]  # (filters of all convolutions,)
    bias: float


def build_graph(convolutions: Sequence[Convolution], head: Head) -> onnx.ModelProto:
    """The serving graph: vectors (texts, words, dimension) → convolutions, ReLU, maximum over words → logit (texts,)."""
    dimension = convolutions[0].weight.shape[1]
    nodes = [helper.make_node("Transpose", [INPUT], ["channels"], perm=[0, 2, 1])]
    weights = []
    for number, convolution in enumerate(convolutions):
        name = f"c{number}"
        weights += [
            numpy_helper.from_array(convolution.weight.astype(np.float32), f"{name}.weight"),
            numpy_helper.from_array(convolution.bias.astype(np.float32), f"{name}.bias"),
        ]
        nodes += [
            helper.make_node(
                "Conv", ["channels", f"{name}.weight", f"{name}.bias"], [f"{name}.raw"], name=name
            ),
            helper.make_node("Relu", [f"{name}.raw"], [f"{name}.active"]),
            helper.make_node("GlobalMaxPool", [f"{name}.active"], [f"{name}.max"]),
        ]
    pooled = [f"c{number}.max" for number in range(len(convolutions))]
    weights += [
        numpy_helper.from_array(head.weight.astype(np.float32)[:, None], "head.weight"),
        numpy_helper.from_array(np.array([head.bias], np.float32), "head.bias"),
        numpy_helper.from_array(np.array([-1], np.int64), "flat"),
    ]
    nodes += [
        helper.make_node("Concat", pooled, ["pooled"], axis=1),
        helper.make_node("Flatten", ["pooled"], ["features"], axis=1),
        helper.make_node("Gemm", ["features", "head.weight", "head.bias"], ["column"], name="head"),
        helper.make_node("Reshape", ["column", "flat"], [OUTPUT]),
    ]
    graph = helper.make_graph(
        nodes,
        "chisto-cnn",
        [helper.make_tensor_value_info(INPUT, TensorProto.FLOAT, ["texts", "words", dimension])],
        [helper.make_tensor_value_info(OUTPUT, TensorProto.FLOAT, ["texts"])],
        weights,
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], producer_name="chisto")
    model.ir_version = 10
    onnx.checker.check_model(model, full_check=True)
    return model


class _Batches(CalibrationDataReader):
    def __init__(self, batches: Iterator[NDArray[np.float32]]) -> None:
        self._batches = batches

    def get_next(self) -> dict[str, Any] | None:
        batch = next(self._batches, None)
        return None if batch is None else {INPUT: batch}


def quantize_graph(model: onnx.ModelProto, calibration: Iterator[NDArray[np.float32]], path: Path) -> None:
    """Write the INT8 graph: weights by channel, activations by the ranges seen on the calibration batches."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "fp32.onnx"
        onnx.save(model, str(source))
        quantize_static(
            str(source),
            str(path),
            _Batches(calibration),
            quant_format=QuantFormat.QDQ,
            per_channel=True,
            activation_type=QuantType.QUInt8,
            weight_type=QuantType.QInt8,
            calibrate_method=CalibrationMethod.MinMax,
            op_types_to_quantize=["Transpose", "Conv", "Relu", "GlobalMaxPool", "Concat"],
            extra_options={"ForceQuantizeNoInputCheck": False},
        )


def quantize_columns(table: NDArray[np.float32]) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Symmetric INT8 of a (rows, columns) table with a scale for each column: the one of the least squared error."""
    scales = np.empty(table.shape[1], np.float32)
    quantized = np.empty(table.shape, np.int8)
    for column in range(table.shape[1]):
        quantized[:, column], scales[column] = quantize_row(table[:, column])
    return quantized, scales


def quantize_row(values: NDArray[np.floating[Any]]) -> tuple[NDArray[np.int8], float]:
    """Symmetric INT8 of some numbers: the largest may be clipped where that serves all the others."""
    top = float(np.abs(values).max()) or 1.0
    best: tuple[float, NDArray[np.int8], float] | None = None
    for share in (1.0, 0.85, 0.7, 0.55, 0.4, 0.3):
        scale = top * share / 127
        rounded = np.clip(np.rint(values / scale), -127, 127)
        error = float(((rounded * scale - values) ** 2).sum())
        if best is None or error < best[0]:
            best = (error, rounded.astype(np.int8), scale)
    assert best is not None
    return best[1], best[2]
