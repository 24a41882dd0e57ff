"""Which ops have generators of cases."""

GENERATORS = {}


def op(name, outputs=None, rtol=None, atol=None, call=None, messages=False):
    """Registers a generator: a function from Draw to the arguments of `tf.raw_ops.<name>`, in which inputs are `fed` or `const`.

    `outputs` is how many of the op's outputs mean something, `rtol` and `atol` how far answers in single precision may be off. `call` makes, of the
    op's name, what is called in place of `tf.raw_ops.<name>`. `messages`: what is said of a refusal is part of the answer.
    """

    def add(make):
        GENERATORS[name] = (make, {"outputs": outputs, "rtol": rtol, "atol": atol, "call": call, "messages": messages})
        return make

    return add


def ops(names, **options):
    """The same generator for several ops; it gets the op's name after the Draw."""

    def add(make):
        for name in names:
            GENERATORS[name] = (lambda draw, name=name: make(draw, name), {"outputs": None, "rtol": None, "atol": None, "call": None, **options})
        return make

    return add
