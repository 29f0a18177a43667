"""libRoadRunner behind the engine's protocol: SBML compiled once, then run as often as wanted.

What it took to make its answers safe, each held by a test:

- The absolute tolerance is always one number per state. As a single number the solver multiplies it by each
  state's start value, and a drug that starts at 1e-25 then gets a tolerance that nothing can meet.
- A run resets everything, sets parameters, then states, then tolerances, and simulates once, events included.
- Start values that the file derives from parameters are derived again from the parameters of the run.
- A compartment is resized by its initial size. Set afterwards, it would keep the amounts in it and dilute what the file
  starts by concentration.
- An event whose condition holds at time 0 never fires: what happens at time 0 belongs into `start`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np
import roadrunner
from numpy.typing import NDArray

from tricyclic.errors import InputError, NumericsError, UnknownNameError
from tricyclic.ode.steady_state import Moving, settle
from tricyclic.sbml.document import derive_always

Floats = NDArray[np.float64]

RTOL, ATOL, HORIZON = 1e-6, 1e-9, 3000.0
# Steps between two outputs or events; only a model that has gone wrong needs more.
MOST_STEPS = 200_000
_STOPPED_AT = re.compile(r"\bt(?:ime)? *[=:]? *([0-9][-+0-9.e]*)")


HIGHEST_ORDER = 5


class Attempt(NamedTuple):
    """One way to solve: the method, its longest step as a share of the run, its order, how much stricter."""

    stiff: bool = True
    longest: float = 0.0
    order: int = HIGHEST_ORDER
    stricter: float = 1.0


# What is tried, one after the other. The explicit Runge-Kutta of libRoadRunner is not among them: where a
# solution ceases to exist it halves its step for ever.
ATTEMPTS = (
    Attempt(),
    Attempt(longest=1e-3),
    Attempt(longest=1e-3, order=2, stricter=1e-2),
    Attempt(stiff=False, stricter=1e-1),
)


class RoadRunnerEngine:
    """Compiles SBML with libRoadRunner, whose solver is CVODE."""

    def load(self, sbml: str) -> RoadRunnerModel:
        """Compile a model.

        Raises
        ------
        InputError
            If the text is no SBML, or holds what the solver cannot compile.
        """
        return RoadRunnerModel(sbml)


class RoadRunnerModel:
    """One compiled model; see `integrator.CompiledModel`."""

    def __init__(self, sbml: str) -> None:
        self._sbml = derive_always(sbml) if "<initialAssignment" in sbml else sbml
        self._wake()
        self._frozen = _frozen(self._sbml, self._at)
        self.states = self._at.states
        self._defaults = dict(zip(self._at.free, self._free_now(), strict=True))
        self._solver.resetAll()
        self._own_start = self._states_now()

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
        self._begin(values, None)
        return self._states_now()

    def rest(
        self,
        values: Mapping[str, float] = {},
        *,
        horizon: float = HORIZON,
        start: Floats | None = None,
    ) -> Floats:
        """Bring the model to where nothing moves.

        Parameters
        ----------
        values : mapping of float
            Parameters other than the file says; switch doses off here.
        horizon : float
            Time after which the model should have settled; ten times that is given before giving up.
        start : array, shape (states,), optional
            Where to begin; the model's own initial states if absent.

        Returns
        -------
        array, shape (states,)

        Raises
        ------
        NumericsError
            If it does not settle; names the state that moves most.
        """

        def rates(states: Floats) -> Floats:
            self._put(states)
            return self._rates_now()

        def later(states: Floats, time: float) -> Floats:
            end: Floats = self.run(np.array([time]), self.states, values=values, start=states)[0]
            self._begin(values, end)
            return end

        self._begin(values, start)
        return settle(Moving(rates, later), self._states_now(), horizon, self.states)

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
        order: int = HIGHEST_ORDER,
    ) -> Floats:
        """Run the model from time 0 and tell what was asked for.

        Parameters
        ----------
        times : array, shape (times,)
            Increasing, 0 or more, in the model's unit of time.
        outputs : sequence of str
            Parameters, assigned quantities, species, reactions, or "time".
        values : mapping of float
            Parameters other than the file says, for this run only.
        start : array, shape (states,), optional
            States at time 0, doses at time 0 included; the model's own if absent.
        rtol : float
            Relative error.
        atol : float or array, shape (states,)
            Absolute error of each state.
        sizes : array, shape (states,), optional
            How large each state is; the absolute error is in units of it.
        order : int
            Highest order of the method, 1 to 5. A model that is dosed often starts anew with every dose, and 3 then takes fewer
            steps at the same error.

        Returns
        -------
        array, shape (times, outputs)
            At the very time of an event, what holds after it.

        Raises
        ------
        InputError
            If a name is unknown, a time is negative or out of order, or a number is not finite.
        NumericsError
            If no method gets through; says the time at which the first one stopped.
        """
        moments = _checked_times(times)
        self._select(tuple(outputs))
        limits = self._limits(atol, sizes)
        if moments[-1] == 0.0:
            self._begin(values, start)
            return np.array([self._solver.getSelectedValues()], dtype=np.float64)
        stopped: list[float] = []
        for attempt in ATTEMPTS:
            self._begin(values, start)
            self._set_up(attempt, rtol, limits, moments[-1], order)
            try:
                found = np.array(self._solver.simulate(times=moments), dtype=np.float64)
            except RuntimeError as error:
                stopped.append(_time_reached(str(error), self._solver))
                self._wake()
                self._select(tuple(outputs))
                continue
            if np.isfinite(found).all():
                return found[-np.size(times) :]
            stopped.append(moments[int(np.argmin(np.isfinite(found).all(axis=1)))])
        raise NumericsError(
            f"The model stops at time {stopped[0]:.6g} of {moments[-1]:.6g}, and {len(stopped)} ways to solve it did not get "
            f"beyond {max(stopped):.6g}. A quantity runs away, or a start value or parameter is impossible"
        )

    def _wake(self) -> None:
        """Compile; also after a failure, so that nothing of it stays behind."""
        self._solver = _compiled(self._sbml)
        self._at = _layout(self._solver)
        self._outputs: tuple[str, ...] = ()
        self._set: tuple[Any, ...] = ()
        self._resized: dict[str, float] = {}

    def _begin(self, values: Mapping[str, float], start: Floats | None) -> None:
        """Go to time 0 with these parameters and states, whatever was run before."""
        solver, at = self._solver, self._at
        for name, value in values.items():
            self._refuse(name, value)
        if self._frozen:
            self._hold_to_own_start(values, start)
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
                raise InputError(
                    f"the start holds {states.size} values of which {int(np.isfinite(states).sum())} are finite",
                    allowed=f"it holds one finite number for each of the {len(at.states)} states",
                )
            self._put(states)

    def _resize(self, sizes: dict[str, float]) -> None:
        """Give compartments their initial sizes, and those of the last run the file's."""
        if sizes == self._resized:
            return
        for name in {**self._resized, **sizes}:
            self._solver.setValue(f"init({name})", sizes.get(name, self._defaults[name]))
        self._resized = sizes
        # The library has now forgotten what is asked for.
        self._solver.timeCourseSelections = [self._at.known[name] for name in self._outputs]
        self._set = ()

    def _refuse(self, name: str, value: float) -> None:
        if name not in self._defaults:
            if name in self._at.known:
                raise InputError(
                    f"'{name}' cannot be set: the model computes it",
                    allowed="parameters that no rule moves can be set",
                )
            raise UnknownNameError.among("parameter", name, self._defaults)
        if not np.isfinite(value):
            raise InputError(f"'{name}' is {value}", allowed="a parameter is a finite number")

    def _hold_to_own_start(self, values: Mapping[str, float], start: Floats | None) -> None:
        other = [name for name, value in values.items() if value != self._defaults[name]]
        if other or (start is not None and not np.array_equal(start, self._own_start)):
            raise InputError(
                self._frozen,
                allowed="such a model runs only from its own start, with its own values",
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
        if species.size:  # the library gives amounts; their concentrations stand in its other list
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

    def _limits(self, atol: float | Floats, sizes: Floats | None) -> Floats:
        limits = np.full(len(self.states), 1.0) * atol * (1.0 if sizes is None else sizes)
        if not (np.isfinite(limits).all() and (limits > 0.0).all()):
            raise InputError(
                "an absolute tolerance is 0 or less", allowed="each state needs one above 0"
            )
        return limits

    def _set_up(
        self, attempt: Attempt, rtol: float, limits: Floats, span: float, order: int
    ) -> None:
        wanted = (attempt, rtol, limits.tobytes(), span, order)
        if wanted == self._set:
            return
        put = self._solver.integrator.setValue
        put("stiff", attempt.stiff)
        put("relative_tolerance", rtol * attempt.stricter)
        if limits.size:
            put("absolute_tolerance", (limits * attempt.stricter).tolist())
        put("maximum_bdf_order", min(order, attempt.order))
        put("maximum_num_steps", MOST_STEPS)
        put("maximum_time_step", attempt.longest * span)
        # A step that no longer moves the clock is a failure, not progress.
        put("minimum_time_step", float(np.finfo(float).eps) * span)
        self._set = wanted


class Layout(NamedTuple):
    """Where the solver keeps what the protocol speaks of."""

    states: tuple[str, ...]
    keys: tuple[str, ...]
    free: tuple[str, ...]
    known: dict[str, str]
    compartments: frozenset[str]
    derived: tuple[str, ...]
    parameters: NDArray[np.int32]
    parameter_states: NDArray[np.intp]
    species: NDArray[np.int32]
    species_states: NDArray[np.intp]
    others: tuple[tuple[int, str], ...]
    ruled: int


def _compiled(sbml: str) -> Any:
    # Anything else than SBML the library would take for the name of a file or an address.
    if "<sbml" not in sbml:
        raise InputError("the model is no SBML: it holds no <sbml> element")
    roadrunner.Logger.setLevel(roadrunner.Logger.LOG_FATAL)
    try:
        # The library's other compiler, LLJIT, is four times as quick, but needs its code and tables within 2 GB of each other:
        # beside a library that reserves more than that (V8, which draws the diagrams) it takes the process down.
        return roadrunner.RoadRunner(sbml)
    except RuntimeError as error:
        raise InputError(
            f"the solver cannot compile the model: {' '.join(str(error).split())}"
        ) from error


def _layout(solver: Any) -> Layout:
    model = solver.model
    parameters, floating = list(model.getGlobalParameterIds()), list(model.getFloatingSpeciesIds())
    boundary, compartments = list(model.getBoundarySpeciesIds()), list(model.getCompartmentIds())
    ruled, assigned = list(model.getRateRuleSymbols()), set(solver.getAssignmentRuleIds())
    states = (*ruled, *(name for name in floating if name not in ruled and name not in assigned))

    def key(name: str) -> str:
        of_matter = name in floating or name in boundary
        return f"[{name}]" if of_matter and not solver.getHasOnlySubstanceUnits(name) else name

    moved = {*ruled, *assigned}
    free = tuple(name for name in (*parameters, *compartments) if name not in moved)
    everything = (*parameters, *floating, *boundary, *compartments, *model.getReactionIds(), "time")
    plain = [i for i, name in enumerate(states) if name in parameters]
    matter = [
        i
        for i, name in enumerate(states)
        if name in floating and name not in ruled and key(name) != name
    ]
    others = tuple(
        (i, key(name)) for i, name in enumerate(states) if i not in plain and i not in matter
    )
    return Layout(
        states=states,
        keys=tuple(key(name) for name in states),
        free=free,
        known={name: key(name) for name in everything},
        compartments=frozenset(compartments),
        derived=tuple(name for name in solver.getInitialAssignmentIds() if name in free),
        parameters=np.array([parameters.index(states[i]) for i in plain], dtype=np.int32),
        parameter_states=np.array(plain, dtype=np.intp),
        species=np.array([floating.index(states[i]) for i in matter], dtype=np.int32),
        species_states=np.array(matter, dtype=np.intp),
        others=others,
        ruled=len(ruled),
    )


def _frozen(sbml: str, at: Layout) -> str:
    """Say why a model cannot be started otherwise than its file does; empty if it can."""
    if 'initialValue="false"' in sbml:
        return (
            "an event of the model may fire at time 0, before other values or states could be set"
        )
    if at.derived:
        return f"'{at.derived[0]}' is derived once, from states at time 0, and would not follow other values or states"
    return ""


def _checked_times(times: Floats) -> list[float]:
    moments = np.asarray(times, dtype=np.float64)
    if moments.ndim != 1 or not moments.size or not np.isfinite(moments).all():
        raise InputError(
            "the times are not a row of finite numbers",
            allowed="give one time or more, each finite",
        )
    if moments[0] < 0.0:
        raise InputError(f"a time is {moments[0]:g}", allowed="times are 0 or more")
    if (np.diff(moments) <= 0.0).any():
        late = int(np.argmax(np.diff(moments) <= 0.0))
        raise InputError(
            f"time {moments[late + 1]:g} follows time {moments[late]:g}", allowed="times increase"
        )
    row: list[float] = moments.tolist()
    return row if row[0] == 0.0 else [0.0, *row]


def _time_reached(complaint: str, solver: Any) -> float:
    found = _STOPPED_AT.search(complaint)
    return float(found[1]) if found else float(solver.model.getTime())
