"""Counter-based random numbers: what is drawn depends on what it is drawn for, not on when or by whom."""

from eqsim.random.draws import Kind, normal, uniform, words
from eqsim.random.integers import binomial, geometric, poisson
from eqsim.random.seed import next_stream, seed
from eqsim.random.streams import stream_of

__all__ = ["Kind", "binomial", "geometric", "next_stream", "normal", "poisson", "seed", "stream_of", "uniform", "words"]
