"""Lowering: systems, schemes, events, synapses and monitors to kernels."""
