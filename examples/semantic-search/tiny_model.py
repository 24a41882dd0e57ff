"""A BERT encoder of random weights, small enough for the repository, with a WordPiece tokenizer of the texts' own characters and words."""

from collections import Counter

import numpy as np
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
WORDS = 250
SEED = 20
# Larger than a trained model's, so that attention is far from even and a mistake in it shows.
SPREAD = 0.3


def tiny_config(vocabulary):
    return {
        "vocab_size": vocabulary,
        "hidden_size": 32,
        "num_hidden_layers": 2,
        "num_attention_heads": 4,
        "intermediate_size": 64,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-12,
        "max_position_embeddings": 256,
        "type_vocab_size": 2,
        "pad_token_id": 0,
        "model_type": "bert",
    }


def tiny_tokenizer(texts):
    """As BERT's uncased tokenizer, but for its vocabulary."""
    splitter = pre_tokenizers.BertPreTokenizer()
    normalizer = normalizers.BertNormalizer(lowercase=True)
    words = Counter(word for text in texts for word, _ in splitter.pre_tokenize_str(normalizer.normalize_str(text)))
    characters = sorted({character for word in words for character in word})
    frequent = [word for word, _ in sorted(words.items(), key=lambda item: (-item[1], item[0])) if len(word) > 1][:WORDS]
    names = [*SPECIAL, *characters, *(f"##{character}" for character in characters), *frequent]
    tokenizer = Tokenizer(models.WordPiece({name: number for number, name in enumerate(names)}, unk_token="[UNK]", max_input_chars_per_word=100))
    tokenizer.normalizer = normalizer
    tokenizer.pre_tokenizer = splitter
    tokenizer.post_processor = processors.TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    tokenizer.add_special_tokens(SPECIAL)
    return tokenizer


def tiny_weights(config):
    random = np.random.default_rng(SEED)
    hidden, inner = config["hidden_size"], config["intermediate_size"]
    shapes = {
        "embeddings.word_embeddings.weight": (config["vocab_size"], hidden),
        "embeddings.position_embeddings.weight": (config["max_position_embeddings"], hidden),
        "embeddings.token_type_embeddings.weight": (config["type_vocab_size"], hidden),
        **norm("embeddings.LayerNorm", hidden),
    }
    for layer in range(config["num_hidden_layers"]):
        prefix = f"encoder.layer.{layer}."
        for name in ("query", "key", "value"):
            shapes |= linear(f"{prefix}attention.self.{name}", hidden, hidden)
        shapes |= linear(f"{prefix}attention.output.dense", hidden, hidden) | norm(f"{prefix}attention.output.LayerNorm", hidden)
        shapes |= linear(f"{prefix}intermediate.dense", inner, hidden)
        shapes |= linear(f"{prefix}output.dense", hidden, inner) | norm(f"{prefix}output.LayerNorm", hidden)
    return {name: (random.standard_normal(shape) * SPREAD + name.endswith("LayerNorm.weight")).astype(np.float32) for name, shape in shapes.items()}


def linear(name, outputs, inputs):
    return {f"{name}.weight": (outputs, inputs), f"{name}.bias": (outputs,)}


def norm(name, size):
    return {f"{name}.weight": (size,), f"{name}.bias": (size,)}
