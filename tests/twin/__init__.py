"""A second engine: slow, obvious, one path at a time, written from the margin model and not from the program. It doubles as
the readable definition of the model: engine.py is the order of events in a step, account.py what can be booked."""
from .follow import follow  # noqa: F401
