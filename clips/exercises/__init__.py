"""One file for each exercise; its name is the exercise's, with underscores."""
import importlib
import pkgutil


def load():
    """All exercises, by id."""
    found = (importlib.import_module(f"{__name__}.{m.name}").EXERCISE for m in pkgutil.iter_modules(__path__))
    return {e.id: e for e in sorted(found, key=lambda e: e.id)}
