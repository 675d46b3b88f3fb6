"""Teaches a trained recogniser signs that it lacks, and nothing else.

Everything that the network knows stays as it is; its last layer gets a row for each sign. What the rows say is fitted
on generated lines: where a sign stands is found by laying the line's text along the frames, with a wildcard for the
sign, and there its row has to outdo all others, everywhere else none. This is logistic regression on the features of
the layer before, without PyTorch, in minutes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime as ort
from numpy.typing import NDArray

from ocr_models.line_reader import as_input
from ocr_models.network import open_network
from ocr_models.train.graph import line_graph
from ocr_models.train.lines import TrainingLine
from pipeline.reading.ctc import BLANK, IMPOSSIBLE, Alphabet

UNKNOWN = 1.5
"""As `Weights.unknown`: what a wildcard costs beside the likeliest letter."""
RARE = 2.5
"""What every sign has to be likelier than it was in the lines, as a natural logarithm: there a third of the words have
one, on paper one in thousands. Of held-out lines as worn as any, those with signs then lose an eighth of them, and 7 of
45,000 characters of those without are taken for one (without this: 5 %, and 49)."""

Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Network:
    """A recogniser's weights by their names, and a session that gives what its last layer sees, (frames, features)."""

    weights: Mapping[str, NDArray[Any]]
    session: ort.InferenceSession
    features: str

    @classmethod
    def open(cls, path: Path) -> Network:
        model = onnx.load(path)
        weights = {
            constant.name: onnx.numpy_helper.to_array(constant)
            for constant in model.graph.initializer
            if not constant.name.startswith("constant_")
        }
        (last,) = (node.input[0] for node in model.graph.node if "head.bias" in node.input)
        (features,) = (node.input[0] for node in model.graph.node if last in node.output)
        model.graph.output.append(onnx.helper.make_tensor_value_info(features, onnx.TensorProto.FLOAT, None))
        return cls(weights, open_network(model.SerializeToString()), features)

    def seen(self, line: TrainingLine) -> tuple[Floats, Floats]:
        """Features, and log-probabilities of the characters, of each frame."""
        x = as_input(line.ink().astype(np.float32) / 255.0)
        features, log_probs = self.session.run([self.features, "log_probs"], {"x": x})
        return np.asarray(features, np.float32), np.asarray(log_probs[0], np.float32)

    def with_rows(self, rows: Floats, bias: Floats) -> Any:
        """The model with more characters."""
        more = {
            "head.weight": np.concatenate([self.weights["head.weight"], rows[:, :, None]]),
            "head.bias": np.concatenate([self.weights["head.bias"], bias]),
        }
        return line_graph({**self.weights, **more})


@dataclass(frozen=True, slots=True, eq=False)
class Frames:
    """What the last layer sees, (n, features), the logarithm of what all characters so far weigh there, (n,), and
    which sign stands there, -1 for none."""

    features: Floats
    others: Floats
    signs: NDArray[np.int64]


def frames_of(network: Network, lines: Sequence[TrainingLine], alphabet: Alphabet, signs: str) -> Frames:
    """The frames of all lines whose text can be laid along them."""
    found = list(_frames(network, lines, alphabet, signs))
    return Frames(*(np.concatenate(part) for part in zip(*found, strict=True)))


def _frames(
    network: Network, lines: Sequence[TrainingLine], alphabet: Alphabet, signs: str
) -> Iterator[tuple[Floats, Floats, NDArray[np.int64]]]:
    weight, bias = network.weights["head.weight"][:, :, 0], network.weights["head.bias"]
    for line in lines:
        features, log_probs = network.seen(line)
        places = laid_along(log_probs, line.text, alphabet)
        if places is None:
            continue
        stands = np.full(len(features), -1, np.int64)
        for frame, place in enumerate(places):
            if place >= 0:
                stands[frame] = signs.find(line.text[place])
        blank = features @ weight[BLANK] + bias[BLANK]
        yield features, blank - log_probs[:, BLANK], stands


def laid_along(log_probs: Floats, text: str, alphabet: Alphabet) -> list[int] | None:
    """For each frame the position in `text` of the character that it spells on the best path, -1 for a blank; None
    where there are too few frames. A character that the alphabet lacks fits as the likeliest letter does, less UNKNOWN.
    """
    letters = log_probs.astype(np.float64)
    letters[:, [BLANK, alphabet.space]] = IMPOSSIBLE
    wild = letters.max(1) - UNKNOWN
    emissions = np.column_stack([log_probs, wild])
    labels = np.full(2 * len(text) + 1, BLANK)
    labels[1::2] = [alphabet.index.get(c, emissions.shape[1] - 1) for c in text]
    skip = np.zeros(len(labels), bool)
    skip[3::2] = labels[3::2] != labels[1:-2:2]
    skip[3::2] |= np.array([one != other for one, other in zip(text[1:], text, strict=False)], bool)
    scores = np.full(len(labels), IMPOSSIBLE)
    scores[:2] = emissions[0, labels[:2]]
    back = np.zeros((len(emissions), len(labels)), np.int64)
    for frame in range(1, len(emissions)):
        ways = np.stack([scores, np.r_[IMPOSSIBLE, scores[:-1]], np.r_[IMPOSSIBLE, IMPOSSIBLE, scores[:-2]]])
        ways[2, ~skip] = IMPOSSIBLE
        back[frame] = ways.argmax(0)
        scores = ways.max(0) + emissions[frame, labels]
    at = len(labels) - 1 if scores[-1] >= scores[-2] else len(labels) - 2
    if scores[at] <= IMPOSSIBLE / 2:
        return None
    path = [at]
    for frame in range(len(emissions) - 1, 0, -1):
        at -= int(back[frame, at])
        path.append(at)
    return [state // 2 if state % 2 else -1 for state in reversed(path)]


def fit(frames: Frames, count: int, *, seed: int = 1, rounds: int = 12, rate: float = 3e-3) -> tuple[Floats, Floats]:
    """Rows (count, features) and biases (count,) by which each sign outdoes all else where it stands, and nowhere else:
    the cross-entropy of signs against all other characters together, by Adam (Kingma and Ba 2015), less RARE."""
    chance = np.random.default_rng(seed)
    features = np.column_stack([frames.features, np.ones(len(frames.features), np.float32)])
    rows = np.zeros((count, features.shape[1]), np.float32)
    rows[:, -1] = -8.0
    mean, square, step = np.zeros_like(rows), np.zeros_like(rows), 0
    for round_ in range(rounds):
        order = chance.permutation(len(features))
        for start in range(0, len(order), 4096):
            batch = order[start : start + 4096]
            x, stands = features[batch], frames.signs[batch]
            weighed = np.column_stack([frames.others[batch], x @ rows.T]).astype(np.float64)
            weighed -= weighed.max(1, keepdims=True)
            share = np.exp(weighed)
            share /= share.sum(1, keepdims=True)
            share[np.arange(len(batch)), stands + 1] -= 1.0
            slope = (share[:, 1:].T @ x / len(batch) + 1e-6 * rows).astype(np.float32)
            step += 1
            mean, square = 0.9 * mean + 0.1 * slope, 0.999 * square + 0.001 * slope**2
            falling = rate * (1 - round_ / rounds)
            rows -= falling * (mean / (1 - 0.9**step)) / (np.sqrt(square / (1 - 0.999**step)) + 1e-8)
    return rows[:, :-1], rows[:, -1] - np.float32(RARE)
