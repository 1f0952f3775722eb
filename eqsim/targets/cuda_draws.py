"""The one module that generated CUDA code takes its names from: the functions of the language, and its draws."""

from __future__ import annotations

from eqsim.targets.cuda_names import *  # noqa: F403 - all of them, under the name of this module
from eqsim.targets.cuda_random import binomial, normal, poisson, uniform

__all__ = ["binomial", "normal", "poisson", "uniform"]
