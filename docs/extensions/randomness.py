"""Which random functions give PyTorch's numbers from the same seed: the table, and what runs it.

Each row has a program, with `lib` for the library, whose last line is the tensor drawn. tests/pytorch/
test_randomness.py runs every row in both libraries, and compares the numbers and the state afterwards.
"""

EQUAL, ROUNDED, OTHER = "equal", "equal to rounding", "different"

ROWS = [    # what, program, how close, why
    ("rand, rand_like", "lib.rand(1000)", EQUAL, ""),
    ("rand in float64", "lib.rand(1000, dtype=lib.float64)", EQUAL, ""),
    ("rand in float16", "lib.rand(1000, dtype=lib.float16)", EQUAL, ""),
    ("randint, randint_like", "lib.randint(-3, 10, (1000,))", EQUAL, ""),
    ("randint of a large range", "lib.randint(-2**62, 2**62, (1000,))", EQUAL, ""),
    ("randperm", "lib.randperm(1000)", EQUAL, ""),
    ("randperm of many", "lib.randperm(200_000)", EQUAL, ""),
    ("randn of fewer than 16", "lib.randn(15)", EQUAL, ""),
    ("randn, randn_like", "lib.randn(1000)", ROUNDED, "log, cos and sin are rounded otherwise."),
    ("randn in float64", "lib.randn(1003, dtype=lib.float64)", ROUNDED, "as above"),
    ("normal", "lib.normal(1.0, 2.0, (1003,))", ROUNDED, "as above"),
    ("normal with tensors", "lib.normal(lib.arange(40.0), 2.0)", ROUNDED, "as above"),
    ("randn in float16", "lib.randn(37, dtype=lib.float16)", ROUNDED, "as above"),
    ("rand_like, randn_like of a transposed tensor", "lib.rand_like(lib.ones(4, 5).t())", OTHER,
     "PyTorch's result has the memory order of its argument, minigrad's is contiguous."),
    ("bernoulli", "lib.bernoulli(lib.full((1000,), 0.3))", EQUAL, ""),
    ("multinomial", "lib.multinomial(lib.arange(1.0, 20.0), 9)", EQUAL, ""),
    ("multinomial with replacement", "lib.multinomial(lib.arange(1.0, 21.0).reshape(2, 10), 50, True)",
     EQUAL, ""),
    ("uniform_", "lib.empty(1000).uniform_(-1, 3)", EQUAL, ""),
    ("normal_", "lib.empty(1000).normal_(1, 3)", ROUNDED, "as randn"),
    ("random_", "lib.empty(1000, dtype=lib.int64).random_()", EQUAL, ""),
    ("random_ of int32 without a range", "lib.empty(1000, dtype=lib.int32).random_()", OTHER,
     "PyTorch makes each from half as many bits."),
    ("bernoulli_", "lib.empty(1000).bernoulli_(0.3)", EQUAL, ""),
    ("exponential_", "lib.empty(1000).exponential_(2.0)", ROUNDED, "log"),
    ("geometric_", "lib.empty(1000).geometric_(0.2)", EQUAL, ""),
    ("cauchy_", "lib.empty(1000).cauchy_(1.0, 2.0)", ROUNDED, "tan"),
    ("log_normal_", "lib.empty(100).log_normal_(0.1, 0.2)", ROUNDED, "exp, log, cos and sin"),
    ("filling a transposed tensor", "lib.empty(8, 5).t().uniform_()", EQUAL, "in the order of memory"),
    ("filling a slice", "lib.empty(4, 8, 5).permute(2, 0, 1)[1:].random_()", EQUAL, "as above"),
    ("normal_ of a transposed tensor", "lib.empty(8, 5).t().normal_()", ROUNDED, "as randn"),
    ("bernoulli_ with a tensor", "lib.empty(8, 5).bernoulli_(lib.tensor(0.3))", EQUAL, ""),
    ("poisson", "lib.poisson(lib.arange(40.0) * 1.7)", EQUAL, ""),
    ("binomial", "lib.binomial(lib.arange(60.0), lib.rand(60))", EQUAL, ""),
    ("dropout", "lib.nn.functional.dropout(lib.ones(40, 50), 0.3)", EQUAL, ""),
    ("dropout of a transposed tensor", "lib.nn.functional.dropout(lib.ones(4, 5, 6).transpose(0, 1), 0.3)",
     EQUAL, "in the order of memory"),
    ("dropout of an expanded tensor", "lib.nn.functional.dropout(lib.ones(4, 1, 6).expand(4, 5, 6), 0.3)",
     EQUAL, ""),
    ("dropout of images with the channels last in memory",
     "lib.nn.functional.dropout(lib.ones(2, 4, 5, 3).permute(0, 3, 1, 2), 0.3)", OTHER,
     "minigrad's convolutions leave images so, and PyTorch's do not; masks follow the indices."),
    ("dropout after a convolution and a norm",
     "m = lib.nn.Sequential(lib.nn.Conv2d(3, 4, 3), lib.nn.BatchNorm2d(4), lib.nn.Dropout())\n"
     "m(lib.randn(2, 3, 6, 6))", ROUNDED, ""),
    ("dropout of sequences after a norm",
     "lib.nn.Sequential(lib.nn.BatchNorm1d(3), lib.nn.Dropout())(lib.randn(2, 3, 6))", ROUNDED, ""),
    ("dropout1d, 2d, 3d", "lib.nn.functional.dropout2d(lib.ones(5, 5, 4, 2), 0.3)", EQUAL, ""),
    ("alpha_dropout", "lib.nn.functional.alpha_dropout(lib.ones(5, 50), 0.3, True)", ROUNDED, ""),
    ("gumbel_softmax", "lib.nn.functional.gumbel_softmax(lib.ones(5, 50))", ROUNDED, "log and exp"),
    ("fractional_max_pool2d",
     "lib.nn.functional.fractional_max_pool2d(lib.arange(64.0).reshape(1, 1, 8, 8), 2, 3)", EQUAL, ""),
    ("rrelu", "lib.nn.functional.rrelu(lib.arange(-10.0, 10.0), training=True)", ROUNDED, ""),
    ("attention with dropout", "x = lib.arange(32.0).reshape(1, 2, 4, 4) / 32\n"
     "lib.nn.functional.scaled_dot_product_attention(x, x, x, dropout_p=0.3)", ROUNDED, ""),
    ("MultiheadAttention", "lib.nn.MultiheadAttention(8, 2, dropout=0.5)(*[lib.ones(3, 2, 8)] * 3)[0]",
     ROUNDED, ""),
    ("TransformerEncoderLayer", "lib.nn.TransformerEncoderLayer(8, 2, 16, 0.5)(lib.randn(5, 2, 8))",
     ROUNDED, ""),
    ("TransformerEncoderLayer with batch_first=True",
     "lib.nn.TransformerEncoderLayer(8, 2, 16, 0.5, batch_first=True)(lib.randn(2, 5, 8))", ROUNDED,
     ""),
    ("TransformerDecoderLayer with batch_first=True",
     "m = lib.nn.TransformerDecoderLayer(8, 2, 16, 0.5, batch_first=True)\n"
     "m(lib.randn(2, 5, 8), lib.randn(2, 4, 8))", ROUNDED, ""),
    ("LSTM with dropout", "lib.nn.LSTM(4, 8, 2, dropout=0.5)(lib.ones(3, 2, 4))[0]", ROUNDED, ""),
    ("init.trunc_normal_", "lib.nn.init.trunc_normal_(lib.empty(20, 30))", ROUNDED, "as randn"),
    ("init.trunc_normal_ far from the mean", "lib.nn.init.trunc_normal_(lib.empty(20, 30), a=2.0, b=3.0)",
     EQUAL, ""),
    ("init.orthogonal_", "lib.nn.init.orthogonal_(lib.empty(20, 30))", ROUNDED, "randn and QR"),
    ("init.sparse_", "lib.nn.init.sparse_(lib.empty(20, 30), 0.3)", ROUNDED, "as randn"),
    ("distributions.Normal", "lib.distributions.Normal(lib.zeros(20), 2.0).rsample((3,))",
     ROUNDED, "as randn"),
    ("distributions.Uniform", "lib.distributions.Uniform(lib.zeros(20), 2.0).sample((3,))", EQUAL, ""),
    ("distributions.Bernoulli", "lib.distributions.Bernoulli(lib.full((3,), 0.4)).sample((90,))", EQUAL, ""),
    ("distributions.Categorical",
     "lib.distributions.Categorical(lib.arange(1.0, 9.0).reshape(2, 4)).sample((30,))", EQUAL, ""),
    ("distributions.Gamma, Chi2, InverseGamma, StudentT",
     "lib.distributions.Gamma(lib.arange(1.0, 9.0) / 3, 2.0).sample((30,))", ROUNDED, "as randn"),
    ("distributions.Beta, Dirichlet",
     "lib.distributions.Dirichlet(lib.tensor([0.3, 1.0, 4.0])).sample((30,))", ROUNDED, "as above"),
    ("distributions.Exponential, Pareto, Weibull", "lib.distributions.Weibull(lib.ones(9), 2.0).sample((9,))",
     ROUNDED, "log"),
    ("distributions.VonMises", "lib.distributions.VonMises(lib.zeros(5), 2.0).sample((30,))", ROUNDED,
     "cos and acos"),
    ("distributions.Multinomial, MixtureSameFamily",
     "lib.distributions.Multinomial(9, lib.arange(1.0, 5.0)).sample((30,))", EQUAL, ""),
    ("distributions.MultivariateNormal",
     "lib.distributions.MultivariateNormal(lib.zeros(3), lib.eye(3) + 0.5).sample((30,))", ROUNDED,
     "as randn"),
    ("distributions.LKJCholesky", "lib.distributions.LKJCholesky(3).sample((30,))", OTHER,
     "PyTorch's beta numbers have another concentration than the source says, from the third row on."),
    ("distributions.Wishart", "lib.distributions.Wishart(lib.tensor(5.0), lib.eye(2)).sample((30,))", OTHER,
     "PyTorch draws each sample twice."),
    ("DataLoader with shuffle=True",
     "lib.tensor([i.item() for i in lib.utils.data.DataLoader(range(50), shuffle=True)])", EQUAL, ""),
    ("RandomSampler with replacement",
     "lib.tensor(list(lib.utils.data.RandomSampler(range(50), True, 70)))", EQUAL, ""),
    ("SubsetRandomSampler", "lib.tensor(list(lib.utils.data.SubsetRandomSampler(range(50))))", EQUAL, ""),
    ("WeightedRandomSampler",
     "lib.tensor(list(lib.utils.data.WeightedRandomSampler([1.0, 2.0, 3.0], 70)))", EQUAL, ""),
    ("random_split", "lib.tensor(list(lib.utils.data.random_split(range(50), [30, 20])[0].indices))",
     EQUAL, ""),
]


def drawn(program, lib):
    """(the numbers that the program draws after manual_seed(3), the next ten integers of the generator)."""
    *statements, last = program.split("\n")
    names = {"lib": lib}
    lib.manual_seed(3)
    exec("\n".join(statements), names)
    numbers = eval(last, names).detach().numpy()
    return numbers, lib.randint(2**28 - 1, (10,)).tolist()


def table():
    """The rows in Markdown."""
    lines = ["| | numbers of PyTorch | |", "|---|---|---|"]
    for what, program, closeness, why in ROWS:
        code = program.replace("lib.", "").replace("\n", "; ").replace("|", "\\|")
        lines.append(f"| {what}: `{code}` | {closeness} | {why} |")
    return "\n".join(lines)
