"""What users write: groups, synapses, monitors, networks."""
