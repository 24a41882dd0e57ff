"""Trains the models of the templates: which species an iris is, from four lengths in centimetres.

The data ships in scikit-learn (150 flowers). Writes the ONNX models and the SavedModel of templates/models, and expected.json: flowers that the training has not seen, with what scikit-learn itself answers for them.

    python3 -m venv .venv && .venv/bin/pip install -r requirements.txt && .venv/bin/python train.py
"""

import json
from pathlib import Path

import numpy as np
import onnxruntime
import tensorflow as tf
from skl2onnx import to_onnx
from skl2onnx.common.data_types import FloatTensorType
from sklearn.datasets import load_iris
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import train_test_split
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

HERE = Path(__file__).parent
MODELS = HERE.parent / "templates" / "models"
FEATURES = 4
SAMPLES = 6
SEED = 7


def export_onnx(classifier, unseen, name):
    """float32 `features` [n, 4] to int64 `label` [n] and float32 `probabilities` [n, 3]; checked against scikit-learn."""
    model = to_onnx(
        classifier,
        initial_types=[("features", FloatTensorType([None, FEATURES]))],
        options={"zipmap": False},
        target_opset={"": 18, "ai.onnx.ml": 3},
        name=name,
    )
    for value in [*model.graph.input, *model.graph.output]:
        value.type.tensor_type.shape.dim[0].dim_param = "n"
    model.doc_string = "Species of irises, trained on scikit-learn's load_iris"
    content = model.SerializeToString(deterministic=True)
    label, probabilities = onnxruntime.InferenceSession(content).run(["label", "probabilities"], {"features": unseen})
    assert np.array_equal(label, classifier.predict(unseen))
    np.testing.assert_allclose(probabilities, classifier.predict_proba(unseen), rtol=1e-3, atol=1e-5)
    (MODELS / f"{name}.onnx").write_bytes(content)


class Species(tf.Module):
    """The fitted logistic regression, in TensorFlow."""

    def __init__(self, pipeline):
        super().__init__(name="species")
        scaler, regression = (step for _, step in pipeline.steps)
        weights = regression.coef_.T / scaler.scale_[:, None]
        self.weights = tf.Variable(weights.astype(np.float32), name="weights")
        self.bias = tf.Variable((regression.intercept_ - scaler.mean_ @ weights).astype(np.float32), name="bias")

    @tf.function(input_signature=[tf.TensorSpec([None, FEATURES], tf.float32, name="features")])
    def serve(self, features):
        probabilities = tf.nn.softmax(tf.matmul(features, self.weights) + self.bias)
        return {"label": tf.argmax(probabilities, axis=-1), "probabilities": probabilities}


def export_saved_model(classifier, unseen):
    module = Species(classifier)
    answer = module.serve(unseen)
    assert np.array_equal(answer["label"], classifier.predict(unseen))
    np.testing.assert_allclose(answer["probabilities"], classifier.predict_proba(unseen), rtol=1e-3, atol=1e-5)
    tf.saved_model.save(module, str(MODELS / "saved_model"), signatures={"serving_default": module.serve})


def main():
    flowers, species = load_iris(return_X_y=True)
    seen, unseen, seen_species, unseen_species = train_test_split(
        flowers.astype(np.float32), species, test_size=0.2, stratify=species, random_state=SEED
    )
    logistic = make_pipeline(StandardScaler(), LogisticRegression(random_state=SEED)).fit(seen, seen_species)
    perceptron = make_pipeline(StandardScaler(), MLPClassifier((16,), max_iter=2000, random_state=SEED)).fit(seen, seen_species)
    export_onnx(logistic, unseen, "logistic")
    export_onnx(perceptron, unseen, "perceptron")
    export_saved_model(logistic, unseen)
    samples = [
        {
            "features": [round(float(value), 1) for value in flower],
            "logistic": {"label": int(logistic.predict([flower])[0]), "probabilities": logistic.predict_proba([flower])[0].tolist()},
            "perceptron": {"label": int(perceptron.predict([flower])[0]), "probabilities": perceptron.predict_proba([flower])[0].tolist()},
        }
        for flower in unseen[:SAMPLES]
    ]
    accuracy = {name: round(float(model.score(unseen, unseen_species)), 4) for name, model in (("logistic", logistic), ("perceptron", perceptron))}
    (HERE / "expected.json").write_text(json.dumps({"unseen": len(unseen), "accuracy": accuracy, "samples": samples}) + "\n")
    print(accuracy, "of", len(unseen), "unseen flowers are right")


if __name__ == "__main__":
    main()
