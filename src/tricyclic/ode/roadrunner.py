"""The solver protocol with libRoadRunner: SBML is compiled once, then run any number of times.

Five rules make its results reliable; each has a test. (1) The absolute tolerance is one number per
state: the library multiplies a single number by each start value, and a drug that starts at 1e-25
then gets a tolerance that no step can meet. (2) A run resets everything, sets parameters, states
and tolerances in this order, and simulates once, events included. (3) Start values that the file
derives from parameters are derived again from the parameters of the run. (4) A compartment is
resized through its initial size; set afterwards, it would keep its amounts and dilute what the file
starts by concentration. (5) An event whose condition is true at time 0 never fires, so what happens
at time 0 belongs into `start`.
"""

from __future__ import annotations

import logging
import re
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple

import numpy as np
import roadrunner
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.ode.base import ATOL, HORIZON, RTOL
from tricyclic.ode.layout import checked_times, read_layout, why_frozen
from tricyclic.ode.steady_state import DynamicSystem, find_steady_state
from tricyclic.sbml.write import derive_always, with_initial_values

logger = logging.getLogger(__name__)

Floats = NDArray[np.float64]

# Steps between two outputs or events; only a diverging model needs more.
MAX_STEPS = 200_000
_DELAY = re.compile(r"<(?:\w+:)?delay[\s>]")
_STOPPED_AT = re.compile(r"\bt(?:ime)? *[=:]? *([0-9][-+0-9.e]*)")

# The library's configuration belongs to the process.
_COMPILING = threading.Lock()

MAX_ORDER = 5
MOST_NAMES = 6
# An absolute tolerance that is smaller, as of a state of 1e-300, would be rounded to 0.
SMALLEST_TOLERANCE = float(np.finfo(float).tiny)


class SolverSettings(NamedTuple):
    """One way to solve: the method, its longest and shortest step as a share of the run, its order,
    and the factor on the tolerances.
    """

    stiff: bool = True
    longest: float = 0.0
    # A step that no longer changes the time at the end of the run.
    shortest: float = float(np.finfo(float).eps)
    order: int = MAX_ORDER
    stricter: float = 1.0


# Methods in the order in which they are tried. The explicit Runge-Kutta method of libRoadRunner is
# left out: where a solution ceases to exist it halves its step for ever.
# At time 0, a very fast reaction needs steps far below the resolution of the last time.
ANY_STEP = SolverSettings(shortest=0.0)
ATTEMPTS = (
    SolverSettings(),
    SolverSettings(longest=1e-3),
    SolverSettings(longest=1e-3, order=2, stricter=1e-2),
    SolverSettings(stiff=False, stricter=1e-1),
    ANY_STEP,
)


class RoadRunnerEngine:
    """Compiles SBML with libRoadRunner, whose solver is CVODE."""

    def load(self, sbml: str) -> RoadRunnerModel:
        """Compile a model.

        Raises
        ------
        InputError
            If the text is not SBML, or the solver cannot compile it.
        """
        return RoadRunnerModel(sbml)


class RoadRunnerModel:
    """One compiled model; see `tricyclic.ode.base.CompiledModel`."""

    def __init__(self, sbml: str) -> None:
        self._sbml = derive_always(sbml) if "<initialAssignment" in sbml else sbml
        self._delayed = _DELAY.search(self._sbml) is not None
        self._written: tuple[dict[str, float], RoadRunnerModel] | None = None
        self._compile()
        self._frozen = why_frozen(self._sbml, self._at)
        self.states = self._at.states
        self._defaults = dict(zip(self._at.free, self._free_now(), strict=True))
        self._solver.resetAll()
        self._own_start = self._states_now()
        self._volumes = {name: float(self._solver.getValue(name)) for name in self._at.compartments}

    def __reduce__(self) -> tuple[Callable[[str], RoadRunnerModel], tuple[str]]:
        return RoadRunnerModel, (self._sbml,)

    def values(self) -> dict[str, float]:
        """Give the value in the file of each parameter that may be set.

        Returns
        -------
        dict of float
            Every parameter and compartment that no rule moves, in the order of the file.
        """
        return dict(self._defaults)

    def start(self, values: Mapping[str, float] = {}) -> Floats:
        """Give the model's own initial states for the parameters `values`, shape (states,)."""
        if (written := self._with_values_written(values)) is not self:
            return written.start()
        self._begin(values, None)
        return self._states_now()

    def steady_state(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = HORIZON,
        start: Floats | None = None,
    ) -> Floats:
        """States at which nothing changes any more.

        Parameters
        ----------
        values : mapping of float
            Parameters that differ from the file; switch doses off here.
        horizon : float
            Time after which the model should be at steady state; ten times that is tried as well.
        start : array, shape (states,), optional
            States to begin with; default: the model's own initial states.

        Returns
        -------
        array, shape (states,)

        Raises
        ------
        NumericsError
            If it does not reach a steady state; names the state that changes most.
        """

        if (written := self._with_values_written(values)) is not self:
            return written.steady_state(horizon=horizon, start=start)

        def rates(states: Floats) -> Floats:
            self._put(states)
            return self._rates_now()

        def later(states: Floats, time: float) -> Floats:
            end: Floats = self.run(np.array([time]), self.states, values=values, start=states)[0]
            self._begin(values, end)
            return end

        self._begin(values, start)
        return find_steady_state(
            DynamicSystem(rates, later), self._states_now(), horizon, self.states
        )

    def run(
        self,
        times: Floats,
        outputs: Sequence[str],
        *,
        values: Mapping[str, float] = {},
        start: Floats | None = None,
        rtol: float = RTOL,
        atol: float | Floats = ATOL,
        sizes: Floats | None = None,
        order: int = MAX_ORDER,
        max_steps: int | None = None,
        longest: float = 0.0,
    ) -> Floats:
        """Run the model from time 0.

        Parameters
        ----------
        times : array, shape (times,)
            Increasing, 0 or more, in the model's unit of time.
        outputs : sequence of str
            Parameters, assigned quantities, species, reactions, or "time".
        values : mapping of float
            Parameters that differ from the file, for this run only.
        start : array, shape (states,), optional
            States at time 0, doses at time 0 included; default: the model's own.
        rtol : float
            Relative error.
        atol : float or array, shape (states,)
            Absolute error of each state.
        sizes : array, shape (states,), optional
            How large each state is; the absolute error is in units of it.
        order : int
            Highest order of the method, 1 to 5. The solver restarts with every dose, so 3 takes
            fewer steps at the same error where doses are frequent.
        max_steps : int, optional
            Give up after this many steps, as short as need be, between two outputs or events, and
            after one method; default: every method, with as many steps as only a diverging model
            needs.
        longest : float
            Longest step, in units of time; 0 for any.

        Returns
        -------
        array, shape (times, outputs)
            At the time of an event, the values after it.

        Raises
        ------
        InputError
            If a name is unknown, a time is negative or out of order, or a number is not finite.
        NumericsError
            If no method reaches the last time; names the time at which the first one stopped.
        """
        if (written := self._with_values_written(values)) is not self:
            return written.run(
                times,
                outputs,
                start=start,
                rtol=rtol,
                atol=atol,
                sizes=sizes,
                order=order,
                max_steps=max_steps,
                longest=longest,
            )
        moments = checked_times(times)
        self._select(tuple(outputs))
        limits = self._limits(atol, sizes, values)
        if moments[-1] == 0.0:
            self._begin(values, start)
            return np.array([self._solver.getSelectedValues()], dtype=np.float64)
        stopped: list[float] = []
        steps = max_steps or MAX_STEPS
        if longest:
            steps += int(moments[-1] / longest)
        for attempt in ATTEMPTS if max_steps is None else (ANY_STEP,):
            self._begin(values, start)
            self._set_up(attempt, rtol, limits, moments[-1], order, steps, longest)
            self._has_run = True
            try:
                table = np.array(self._solver.simulate(times=moments), dtype=np.float64)
            except RuntimeError as error:
                stopped.append(_time_reached(str(error), self._solver))
                logger.info("solver stopped at time %g; trying other settings", stopped[-1])
                self._compile()
                self._select(tuple(outputs))
                continue
            finite = np.isfinite(table[:, self._must_be_finite(outputs)]).all(axis=1)
            if finite.all():
                return table[-np.size(times) :]
            stopped.append(moments[int(np.argmin(finite))])
        self._refuse_impossible_start(values, start)
        raise NumericsError(
            f"The solver stops at time {stopped[0]:.6g} of {moments[-1]:.6g}, and "
            f"{len(stopped)} methods did not get beyond {max(stopped):.6g}. "
            "A quantity diverges, or a start value or parameter is impossible"
        )

    def _refuse_impossible_start(self, values: Mapping[str, float], start: Floats | None) -> None:
        """Refuse a run in which nothing can be computed at time 0, the first step included."""
        self._begin(values, start)
        finite = np.isfinite(self._rates_now())
        if not finite.all():
            names = [name for name, good in zip(self.states, finite, strict=True) if not good]
            more = f" and {len(names) - MOST_NAMES} more" if len(names) > MOST_NAMES else ""
            raise NumericsError(
                f"At time 0 there is no finite rate of {', '.join(names[:MOST_NAMES])}{more}, as "
                "after a division by 0. A start value, a size or a parameter is impossible, or a "
                "formula has no value there"
            )

    def _must_be_finite(self, outputs: Sequence[str]) -> list[int]:
        """Columns whose numbers show a failure: where all states are recorded, only these, as a
        formula such as log(x) may have no value; else all.
        """
        if set(self.states) <= set(outputs):
            return [column for column, name in enumerate(outputs) if name in self.states]
        return list(range(len(outputs)))

    def _compile(self) -> None:
        """Compile; again after a failure, so that no state of it remains."""
        self._solver = _compiled(self._sbml)
        self._at = read_layout(self._solver)
        self._outputs: tuple[str, ...] = ()
        self._set: tuple[Any, ...] = ()
        self._resized: dict[str, float] = {}
        self._has_run = False

    def _begin(self, values: Mapping[str, float], start: Floats | None) -> None:
        """Go to time 0 with these parameters and states, independent of earlier runs."""
        if self._delayed and self._has_run:
            # Events that waited for their delay at the end of a run survive every reset of the
            # library, and would fire in the next run. Compiling again takes some milliseconds.
            outputs = self._outputs
            self._compile()
            self._select(outputs)
        solver, at = self._solver, self._at
        for name, value in values.items():
            self._check_parameter(name, value)
        if self._frozen:
            self._check_own_start(start)
            values, start = {}, None
        self._resize({name: value for name, value in values.items() if name in at.compartments})
        solver.resetAll()
        if values:
            for name, value in values.items():
                if name not in at.compartments:
                    solver.setValue(name, value)
            solver.reset()  # start values that the file derives from parameters
        if start is not None:
            states = np.ascontiguousarray(start, dtype=np.float64)
            if states.shape != (len(at.states),) or not np.isfinite(states).all():
                finite = int(np.isfinite(states).sum())
                raise InputError(
                    f"the start has {states.size} values, of which {finite} are finite",
                    allowed=f"One finite number for each of the {len(at.states)} states",
                )
            if not np.array_equal(states, self._states_now()):
                self._put(states)

    def _resize(self, sizes: dict[str, float]) -> None:
        """Set the initial sizes of compartments, and reset those of the last run."""
        if sizes == self._resized:
            return
        for name in {**self._resized, **sizes}:
            self._solver.setValue(f"init({name})", sizes.get(name, self._defaults[name]))
        self._resized = sizes
        # The library has now dropped its list of outputs.
        self._solver.timeCourseSelections = [self._at.known[name] for name in self._outputs]
        self._set = ()

    def _check_parameter(self, name: str, value: float) -> None:
        if name not in self._defaults:
            if name in self._at.known:
                raise InputError(
                    f"'{name}' cannot be set: the model computes it",
                    allowed="Parameters without a rule can be set",
                )
            raise UnknownNameError.among("parameter", name, self._defaults)
        if not np.isfinite(value):
            raise InputError(f"'{name}' is {value}", allowed="A parameter is a finite number")

    def _with_values_written(self, values: Mapping[str, float]) -> RoadRunnerModel:
        """This model, or one whose text has these values, where it starts only as its text does."""
        if not self._frozen or not values:
            return self
        for name, value in values.items():
            self._check_parameter(name, value)
        changed = {name: value for name, value in values.items() if value != self._defaults[name]}
        if not changed:
            return self
        if self._written is None or self._written[0] != changed:
            text = with_initial_values(self._sbml, changed)
            self._written = (changed, RoadRunnerModel(text))
        return self._written[1]

    def _check_own_start(self, start: Floats | None) -> None:
        if start is not None and not np.array_equal(start, self._own_start):
            raise InputError(
                self._frozen,
                allowed="Such a model runs only from its own start",
                do="Give a dose later than time 0",
            )

    def _free_now(self) -> list[float]:
        return [float(self._solver.getValue(name)) for name in self._at.free]

    def _put(self, states: Floats) -> None:
        model, at = self._solver.model, self._at
        if at.parameters.size:
            model.setGlobalParameterValues(at.parameters, states[at.parameter_states])
        if at.species.size:
            model.setFloatingSpeciesConcentrations(at.species, states[at.species_states])
        for position, key in at.others:
            self._solver.setValue(key, float(states[position]))

    def _states_now(self) -> Floats:
        return np.array([self._solver.getValue(key) for key in self._at.keys], dtype=np.float64)

    def _rates_now(self) -> Floats:
        rates = np.array(self._solver.getRatesOfChange(), dtype=np.float64)
        species = self._at.species_states
        if species.size:  # The library gives amounts; rates of concentrations are in another list.
            concentrations = np.array(self._solver.model.getFloatingSpeciesConcentrationRates())
            rates[species] = concentrations[species - self._at.ruled]
        return rates

    def _select(self, outputs: tuple[str, ...]) -> None:
        if outputs == self._outputs:
            return
        for name in outputs:
            if name not in self._at.known:
                raise UnknownNameError.among("quantity of the model", name, self._at.known)
        self._solver.timeCourseSelections = [self._at.known[name] for name in outputs]
        self._outputs = outputs

    def _limits(
        self, atol: float | Floats, sizes: Floats | None, values: Mapping[str, float]
    ) -> Floats:
        """The absolute tolerance of each state as the library takes it: of amounts."""
        limits = np.full(len(self.states), 1.0) * atol
        if sizes is not None:
            scaled = limits * sizes
            tiny = (limits > 0.0) & (sizes > 0.0) & (scaled < SMALLEST_TOLERANCE)
            limits = np.where(tiny, SMALLEST_TOLERANCE, scaled)
        for position, compartment in self._at.volumes:
            volume = abs(values.get(compartment, self._volumes[compartment]))
            if 0.0 < volume < np.inf and limits[position] > 0.0:
                limits[position] = max(limits[position] * volume, SMALLEST_TOLERANCE)
        if not (np.isfinite(limits).all() and (limits > 0.0).all()):
            raise InputError(
                "an absolute tolerance is 0 or less", allowed="Each state needs one above 0"
            )
        return limits

    def _set_up(
        self,
        attempt: SolverSettings,
        rtol: float,
        limits: Floats,
        span: float,
        order: int,
        max_steps: int,
        longest: float,
    ) -> None:
        wanted = (attempt, rtol, limits.tobytes(), span, order, max_steps, longest)
        if wanted == self._set:
            return
        put = self._solver.integrator.setValue
        put("stiff", attempt.stiff)
        put("relative_tolerance", rtol * attempt.stricter)
        if limits.size:
            put("absolute_tolerance", (limits * attempt.stricter).tolist())
        put("maximum_bdf_order", min(order, attempt.order))
        put("maximum_num_steps", max_steps)
        limited = [one for one in (attempt.longest * span, longest) if one > 0.0]
        put("maximum_time_step", min(limited, default=0.0))
        put("minimum_time_step", attempt.shortest * span)
        self._set = wanted


def _compiled(sbml: str) -> Any:
    # The library takes any text that is not SBML as the name of a file or an address.
    if "<sbml" not in sbml:
        raise InputError("the model is not SBML: it has no <sbml> element")
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    try:
        # The library's other compiler, LLJIT, is four times as fast, but needs its code and tables
        # within 2 GB of each other: beside a library that reserves more (V8, which draws the
        # diagrams) it crashes the process.
        with _without_dynamic_properties():
            return roadrunner.RoadRunner(sbml)
    except RuntimeError as error:
        raise InputError(
            f"the solver cannot compile the model: {' '.join(str(error).split())}"
        ) from error


@contextmanager
def _without_dynamic_properties() -> Iterator[None]:
    """Compile without Python properties named after the ids of the model.

    The library puts them on its class, so that an id such as `reset` or `model` replaces the method
    of that name in every model of the process, those of other files included.
    """
    key = roadrunner.Config.ROADRUNNER_DISABLE_PYTHON_DYNAMIC_PROPERTIES
    with _COMPILING:
        before = roadrunner.Config.getValue(key)
        roadrunner.Config.setValue(key, True)
        try:
            yield
        finally:
            roadrunner.Config.setValue(key, before)


def _time_reached(message: str, solver: Any) -> float:
    match = _STOPPED_AT.search(message)
    return float(match[1]) if match else float(solver.model.getTime())
