"""The run: state, schedule, loop."""
