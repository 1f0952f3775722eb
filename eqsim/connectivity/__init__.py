"""Which pairs of neurons are connected, and the order in which their synapses are stored."""
