"""Trains the quickstart's model: which digit is on an image of 8 x 8 pixels.

The data ships in scikit-learn (1797 scanned digits). Writes models/digits/1/model.onnx, and expected.json: digits that the
training has not seen, with what scikit-learn itself answers for them.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_digits
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
MODEL_PATH = HERE / "models" / "digits" / "1" / "model.onnx"
EXPECTED_PATH = HERE / "expected.json"
PIXELS = 64
SAMPLES = 5
SEED = 20


def train():
    """The fitted classifier, and the part of the data that it has not seen."""
    images, digits = load_digits(return_X_y=True)
    seen_images, held_out_images, seen_digits, held_out_digits = train_test_split(
        images.astype(np.float32), digits, test_size=0.2, stratify=digits, random_state=SEED
    )
    classifier = make_pipeline(StandardScaler(), MLPClassifier((64,), max_iter=400, random_state=SEED))
    classifier.fit(seen_images, seen_digits)
    return classifier, held_out_images, held_out_digits


def export(classifier):
    """The classifier as ONNX: float32 `pixels` [N, 64] to int64 `label` [N] and float32 `probabilities` [N, 10]."""
    model = to_onnx(
        classifier,
        initial_types=[("pixels", FloatTensorType([None, PIXELS]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
        name="digits",
    )
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "N"
    # Says how it was made, not where and when.
    model.doc_string = "Digits of 8 x 8 pixels, trained on scikit-learn's load_digits"
    return model.SerializeToString(deterministic=True)


def main():
    classifier, images, digits = train()
    model = export(classifier)
    label, probabilities = onnxruntime.InferenceSession(model).run(["label", "probabilities"], {"pixels": images})
    assert np.array_equal(label, classifier.predict(images))
    np.testing.assert_allclose(probabilities, classifier.predict_proba(images), rtol=1e-3, atol=1e-5)

    accuracy = float(np.mean(classifier.predict(images) == digits))
    MODEL_PATH.parent.mkdir(parents=True, exist_ok=True)
    MODEL_PATH.write_bytes(model)
    samples = [
        {
            "pixels": [int(pixel) for pixel in image],
            "digit": int(digit),
            "label": int(classifier.predict([image])[0]),
            "probabilities": classifier.predict_proba([image])[0].tolist(),
        }
        for image, digit in zip(images[:SAMPLES], digits[:SAMPLES])
    ]
    expected = {"heldOutImages": len(images), "heldOutAccuracy": round(accuracy, 4), "samples": samples}
    EXPECTED_PATH.write_text(json.dumps(expected) + "\n")
    print(f"{accuracy:.1%} of {len(images)} held-out images are right; {MODEL_PATH.name} has {len(model)} bytes")


if __name__ == "__main__":
    main()
