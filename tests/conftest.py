"""For all tests: when memory is searched for objects that only refer to each other, and fixtures
with which equal fits, batches and models are computed once.
"""

from __future__ import annotations

import copy
import gc
import hashlib
from collections import OrderedDict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import fields, is_dataclass
from types import FunctionType
from typing import Any

import numpy as np
import pytest

# Ten thousand tests are collected as millions of objects that stay until the end. Looking through
# them again and again takes two fifths of the time of a collection.
gc.disable()

# Results that are remembered, each of about 10 kB, and compiled models, of some megabytes each.
MOST, MOST_MODELS = 3000, 12
# What a series is called does not matter to a search.
NAMES = ("name", "y_unit", "experiment", "group", "labels", "x_units", "time_unit")


@pytest.hookimpl(trylast=True)
def pytest_collection_finish() -> None:
    """Leave the collected tests and imported modules out of what is looked through from here on."""
    gc.collect()
    gc.freeze()
    # Python's own 700 is for programs with little memory.
    gc.set_threshold(20_000, 10, 10)
    gc.enable()


class UnknownContentError(Exception):
    """A value that cannot be compared with another."""


def content(value: Any) -> Any:
    """What a value consists of, as text or nested tuples of it; functions by name and closure."""
    if isinstance(value, np.ndarray):
        return (value.shape, value.dtype.str, hashlib.blake2b(value.tobytes()).hexdigest())
    if isinstance(value, Mapping):
        return tuple((key, content(one)) for key, one in value.items())
    if isinstance(value, str | int | float | bool | None):
        return value
    if isinstance(value, list | tuple):
        return tuple(content(one) for one in value)
    if is_dataclass(value):
        left_out = NAMES if type(value).__name__ == "Series" else ()
        own = [field.name for field in fields(value) if field.name not in left_out]
        return (type(value).__name__, *(content(getattr(value, name)) for name in own))
    if isinstance(value, FunctionType):
        cells = tuple(content(cell.cell_contents) for cell in value.__closure__ or ())
        code = value.__code__
        constants = [repr(one) for one in code.co_consts if not hasattr(one, "co_code")]
        return (code.co_filename, code.co_firstlineno, code.co_code, *constants, cells)
    text = repr(value)
    if " at 0x" in text:
        raise UnknownContentError(text)
    return text


class Remembered:
    """What functions gave, by the content of its arguments: each is computed once."""

    def __init__(self, most: int = MOST) -> None:
        self.most = most
        self.results: OrderedDict[bytes, Any] = OrderedDict()

    def get(self, key: Callable[[], tuple[Any, ...]], compute: Callable[[], Any]) -> Any:
        """The result for a key, computed where it is new or has no comparable content."""
        try:
            digest = hashlib.blake2b(repr(key()).encode()).digest()
        except UnknownContentError:
            return compute()
        if digest in self.results:
            self.results.move_to_end(digest)
        else:
            self.results[digest] = compute()
            if len(self.results) > self.most:
                self.results.popitem(last=False)
        return self.results[digest]


REMEMBERED, MODELS = Remembered(), Remembered(MOST_MODELS)


def state(search: Any) -> dict[str, Any]:
    """A copy of everything in a search but its problem."""
    return {k: copy.copy(value) for k, value in vars(search).items() if k != "problem"}


def of_problem(problem: Any) -> tuple[Any, ...]:
    """What a problem consists of, names of series left out."""
    return (
        type(problem).__name__,
        content(problem.parts),
        content((problem.signs, problem._given, problem.low, problem.high)),
    )


@pytest.fixture(scope="module")
def equal_fits_once() -> Iterator[None]:
    """Readings that an earlier test has fitted are not searched again.

    For modules that read the same experiment from many tables, or through many interfaces: what is
    tested there are tables and interfaces. The numbers are the same to the last bit, since a search
    depends on nothing but its arguments (`tests/fitting`). Estimates, checks and texts are made
    anew.
    """
    from tricyclic.fitting import fit, outliers

    search_anew, limits_anew, scores_anew = fit._search, fit.profile_limits, outliers._scores

    def search(problem: Any, spread: Any, starts: Any) -> Any:
        def compute() -> Any:
            optimum = search_anew(problem, spread, starts)
            return optimum and (optimum, state(optimum.search))

        known = REMEMBERED.get(
            lambda: ("search", of_problem(problem), content(spread), content(starts)), compute
        )
        if known is None:
            return None
        optimum, of_search = known
        own = copy.copy(optimum.search)
        vars(own).update(copy.deepcopy(of_search), problem=problem)
        return type(optimum)(own, optimum.result, optimum.agreeing, optimum.tried)

    def limits(of: Any, optimum: Any, wanted: Any, confidence: float) -> Any:
        def compute() -> Any:
            return limits_anew(of, optimum, wanted, confidence), state(of)

        def key() -> tuple[Any, ...]:
            known = (content(state(of)), content(optimum), tuple(wanted), confidence)
            return ("limits", of_problem(of.problem), *known)

        ends, after = REMEMBERED.get(key, compute)
        vars(of).update(copy.deepcopy(after))
        return dict(ends[0]), ends[1]

    def scores(problem: Any, result: Any, sd: np.ndarray) -> Any:
        values = {slot.name: result.values[slot.name] for slot in problem.free}
        return REMEMBERED.get(
            lambda: ("scores", of_problem(problem), content((values, sd))),
            lambda: scores_anew(problem, result, sd),
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(fit, "_search", search)
        patch.setattr(fit, "profile_limits", limits)
        patch.setattr(outliers, "_scores", scores)
        yield


@pytest.fixture(scope="module")
def equal_batches_once() -> Iterator[None]:
    """Chromatograms that an earlier test has fitted by the same method are not fitted again, for
    modules about what comes before and after the fit (`tests/assays/chromatography`).
    """
    from tricyclic.assays.chromatography import batch

    learn_anew, fit_anew = batch.learn_batch, batch.fit_injection

    def learn(injections: Any, method: Any) -> Any:
        return REMEMBERED.get(
            lambda: ("batch", content(injections), content(method)),
            lambda: learn_anew(injections, method),
        )

    def fit_one(injection: Any, method: Any, model: Any = None, manual: Any = None) -> Any:
        return REMEMBERED.get(
            lambda: ("injection", content((injection, method, model, manual))),
            lambda: fit_anew(injection, method, model, manual),
        )

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(batch, "learn_batch", learn)
        patch.setattr(batch, "fit_injection", fit_one)
        yield


@pytest.fixture(scope="module")
def equal_models_once() -> Iterator[None]:
    """A model that an earlier test has compiled is not compiled again, for modules about what is
    simulated: a run leaves nothing behind in a model (`tests/ode`).
    """
    from tricyclic.ode.roadrunner import RoadRunnerEngine
    from tricyclic.simulation import run

    load_anew, write_anew = RoadRunnerEngine.load, run.antimony_to_sbml

    def load(self: Any, sbml: str) -> Any:
        return MODELS.get(lambda: ("model", sbml), lambda: load_anew(self, sbml))

    def write(text: str, name: str) -> str:
        return str(REMEMBERED.get(lambda: ("sbml", text, name), lambda: write_anew(text, name)))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(RoadRunnerEngine, "load", load)
        patch.setattr(run, "antimony_to_sbml", write)
        yield


@pytest.fixture(scope="module")
def first_pages_only() -> Iterator[None]:
    """PDF files of many pictures have their first page only, for modules that do not look at them:
    all pages are drawn in `tests/plotting` and `tests/workflows/microdialysis`.
    """
    with pytest.MonkeyPatch.context() as patch:
        for module in ("curve_pages", "injection_pages"):
            patch.setattr(f"tricyclic.plotting.{module}.number_of_pages", lambda sheet: 1)
        yield
