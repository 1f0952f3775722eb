"""Formulas made at random."""

from hypothesis import strategies as st

from eqsim.language.expr import Binary, Call, Compare, Conditional, Logic, Name, Number, Unary

NAMES = st.sampled_from(["V", "w", "tau_m", "E_L", "x_pre", "größe", "t", "ms", "if_x", "or2"])
NUMBERS = st.one_of(
    st.integers(0, 2**63 - 1),
    st.floats(0, 1.7e308, allow_nan=False, allow_infinity=False),
    st.booleans(),
)


def _deeper(inner):
    return st.one_of(
        st.builds(Unary, st.sampled_from(["-", "+", "not"]), inner),
        st.builds(Binary, st.sampled_from(["+", "-", "*", "/", "//", "%", "**"]), inner, inner),
        st.builds(Compare, st.sampled_from(["<", "<=", ">", ">=", "==", "!="]), inner, inner),
        st.builds(Logic, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(Conditional, inner, inner, inner),
        st.builds(Call, st.sampled_from(["exp", "clip", "I", "max"]), st.lists(inner, max_size=2).map(tuple)),
    )


def expressions():
    return st.recursive(st.one_of(st.builds(Number, NUMBERS), st.builds(Name, NAMES)), _deeper, max_leaves=25)
