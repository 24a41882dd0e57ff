"""keras.applications with random weights, in small sizes; one at a time, for they are large."""

import keras
import numpy as np
from corpus import add, between, settle

NETWORKS = {
    "inception_v3": lambda: keras.applications.InceptionV3(weights=None, input_shape=[139, 139, 3], classes=20),
    "xception": lambda: keras.applications.Xception(weights=None, input_shape=[96, 96, 3], classes=20),
    "nasnet_mobile": lambda: keras.applications.NASNetMobile(weights=None, input_shape=[96, 96, 3], classes=20),
    "mobilenet": lambda: keras.applications.MobileNet(weights=None, input_shape=[96, 96, 3], alpha=0.5, classes=20),
    "mobilenet_v3_small": lambda: keras.applications.MobileNetV3Small(weights=None, input_shape=[96, 96, 3], classes=20),
    "mobilenet_v3_large": lambda: keras.applications.MobileNetV3Large(weights=None, input_shape=[96, 96, 3], classes=20),
    "efficientnet_v2_b0": lambda: keras.applications.EfficientNetV2B0(weights=None, input_shape=[96, 96, 3], classes=20),
    "convnext_tiny": lambda: keras.applications.ConvNeXtTiny(weights=None, input_shape=[64, 64, 3], classes=20),
    "resnet50_v2": lambda: keras.applications.ResNet50V2(weights=None, input_shape=[96, 96, 3], classes=20),
    "vgg16": lambda: keras.applications.VGG16(weights=None, input_shape=[64, 64, 3], include_top=False, pooling="avg"),
    "densenet121_features": lambda: keras.applications.DenseNet121(weights=None, input_shape=[None, None, 3], include_top=False),
}


def exported(name, make):
    def write(target):
        model = make()
        norms = [layer for layer in model._flatten_layers() if isinstance(layer, keras.layers.BatchNormalization)]
        settle([weight for layer in norms for weight in layer.weights], np.random.default_rng(5))
        model.export(target, verbose=False)

    add(name, "applications", write, draws={"*": between(0, 255)}, batches=(1, 3), sizes=64, rtol=2e-3, atol=1e-4)


for each, make in NETWORKS.items():
    exported(each, make)
