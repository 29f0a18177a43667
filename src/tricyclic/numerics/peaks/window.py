"""Least squares of peaks of known shape on a local baseline, by variable projection.

Areas (0 or more) and the baseline are linear and solved exactly at each step; only the shifts of
the peaks are searched for, within bounds and with a prior. The noise is whitened first.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from tricyclic.numerics.peaks.noise import NoiseModel
from tricyclic.numerics.peaks.shape import PeakShape

FloatArray = NDArray[np.float64]

_MOST_STEPS = 25
_TOLERANCE = 1e-4


@dataclass(frozen=True)
class PeakPlaces:
    """Where peaks are expected.

    Attributes
    ----------
    center, width : ndarray
        Apex, and width at half height over 2.3548, in the unit of time.
    prior_sd : ndarray
        Standard deviation of the shift of each apex, in widths; infinite for none.
    bound : ndarray
        Largest shift either way, in widths; 0 fixes the apex.
    dips : frozenset of int
        Which of them point downwards; their areas are 0 or more all the same.
    """

    center: FloatArray
    width: FloatArray
    prior_sd: FloatArray
    bound: FloatArray
    dips: frozenset[int] = frozenset()

    @property
    def sign(self) -> FloatArray:
        """-1 for each dip, 1 for each peak."""
        return np.array([-1.0 if k in self.dips else 1.0 for k in range(self.center.size)])

    def with_peak(
        self, center: float, width: float, prior_sd: float, bound: float, *, dip: bool = False
    ) -> PeakPlaces:
        """These and one more."""
        return PeakPlaces(
            np.append(self.center, center),
            np.append(self.width, width),
            np.append(self.prior_sd, prior_sd),
            np.append(self.bound, bound),
            self.dips | {self.center.size} if dip else self.dips,
        )


@dataclass(frozen=True)
class WindowFit:
    """Peaks and baseline in one window.

    Attributes
    ----------
    places : PeakPlaces
    area, area_se : ndarray
        In signal x unit of time; the standard error includes that of the shifts and baseline.
    shift : ndarray
        Of each apex from its expected time, in widths.
    peaks : ndarray, shape (times, peaks)
        Signal of each peak.
    baseline : ndarray
        Signal of the baseline.
    deviance : float
        Sum of squares of the whitened residuals and of the shifts over their prior.
    """

    places: PeakPlaces
    area: FloatArray
    area_se: FloatArray
    shift: FloatArray
    peaks: FloatArray
    baseline: FloatArray
    deviance: float

    @property
    def center(self) -> FloatArray:
        """Fitted times of the apexes."""
        return self.places.center + self.shift * self.places.width


def polynomial(count: int, degree: int) -> FloatArray:
    """Legendre polynomials on `count` even steps, shape (count, degree + 1)."""
    return np.asarray(np.polynomial.legendre.legvander(np.linspace(-1.0, 1.0, count), degree))


@dataclass(frozen=True)
class Bend:
    """What a baseline bends, as far as it is known before a fit.

    Attributes
    ----------
    mean, sd : tuple of float
        Mean and standard deviation of the coefficients of its Legendre polynomials from the second
        degree on, in signal; those not listed are free.
    """

    mean: tuple[float, ...] = ()
    sd: tuple[float, ...] = ()

    def prior(self, degree: int) -> FloatArray:
        """Rows of a design matrix for the coefficients of a polynomial of a degree, less means."""
        known = self.sd[: max(degree - 1, 0)]
        rows = np.zeros((len(known), degree + 1))
        for row, sd in enumerate(known):
            rows[row, row + 2] = 1.0 / sd
        return rows

    def usual(self, count: int) -> FloatArray:
        """The bend of the means on `count` even steps, in signal."""
        columns = polynomial(count, 1 + len(self.mean))[:, 2:]
        return np.asarray(columns @ np.array(self.mean, dtype=np.float64))


FREE = Bend()


def beside_baseline(columns: FloatArray, baseline: FloatArray) -> FloatArray:
    """Whitened columns, with 0 for the rows of a prior, without their part in a baseline.

    Parameters
    ----------
    columns : ndarray
        Of whitened readings.
    baseline : ndarray
        An orthonormal basis; its last rows are those of a prior.
    """
    more = np.zeros((baseline.shape[0] - columns.shape[0], *columns.shape[1:]))
    whole = np.concatenate([columns, more])
    return np.asarray(whole - baseline @ (baseline.T @ whole))


class Window:
    """The readings of a window, whitened, with the baseline projected out.

    Parameters
    ----------
    time, signal : ndarray
        Readings at even steps.
    shape : PeakShape
        Shape of every peak.
    noise : NoiseModel
        Of the readings.
    degree : int
        Degree of the polynomial baseline.
    bend : Bend
        What is known of it; by default it is free.
    """

    def __init__(
        self,
        time: FloatArray,
        signal: FloatArray,
        shape: PeakShape,
        noise: NoiseModel,
        degree: int = 3,
        bend: Bend = FREE,
    ) -> None:
        self.time, self.signal, self.shape, self.noise = time, signal, shape, noise
        self._degree = degree
        self._raw_baseline = polynomial(time.size, degree)
        self._prior = bend.prior(degree)
        self._usual = bend.usual(time.size)
        whitened = noise.whiten(np.column_stack([self._raw_baseline, signal - self._usual]))
        self._baseline = np.linalg.qr(np.concatenate([whitened[:, :-1], self._prior]))[0]
        self._target = self.project(whitened[:, -1])

    @property
    def count(self) -> int:
        """Number of whitened readings."""
        return int(self._target.size - self._prior.shape[0])

    def project(self, columns: FloatArray) -> FloatArray:
        """Whitened columns without their part in the baseline; below them, in its prior."""
        return beside_baseline(columns, self._baseline)

    def columns(self, center: FloatArray, width: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Signal of peaks of area 1, and its derivative by a shift of one width."""
        value, slope = self.shape.columns((self.time[:, None] - center) / width)
        return value / width, -slope / width

    def fit(self, places: PeakPlaces, shift: FloatArray | None = None) -> WindowFit:
        """Fit areas, shifts and baseline.

        Parameters
        ----------
        places : PeakPlaces
            The peaks.
        shift : ndarray, optional
            Start of the shifts, in widths.

        Returns
        -------
        WindowFit
        """
        now = np.zeros(places.center.size) if shift is None else shift.copy()
        state = self._solve(places, now)
        damping = 1e-3
        for _ in range(_MOST_STEPS):
            free = (places.bound > 0.0) & (state.area > 0.0)
            if not free.any():
                break
            step = _step(state, places, now, free, damping)
            new = np.clip(now + step, -places.bound, places.bound)
            trial = self._solve(places, new)
            if trial.deviance <= state.deviance:
                moved = float(np.abs(new - now).max())
                now, state, damping = new, trial, max(damping * 0.2, 1e-6)
                if moved < _TOLERANCE:
                    break
            else:
                damping *= 10.0
                if damping > 1e6:  # no smaller step lowers the deviance
                    break
        return self._finish(places, now, state)

    def improvement(
        self, fit: WindowFit, center: FloatArray, width: FloatArray, *, dip: bool = False
    ) -> FloatArray:
        """Approximate fall of the deviance by one more peak, or dip, at each of several places."""
        raw = np.column_stack([fit.peaks, self.columns(center, width)[0]])
        projected = self.project(self.noise.whiten(raw))
        known, more = projected[:, : fit.area.size], projected[:, fit.area.size :]
        present = known[:, fit.area > 0.0]
        if present.shape[1]:
            q = np.linalg.qr(present)[0]
            more = more - q @ (q.T @ more)
            target = self._target - q @ (q.T @ self._target)
        else:
            target = self._target
        square = np.einsum("ij,ij->j", more, more)
        along = (-1.0 if dip else 1.0) * (more.T @ target)
        return np.asarray(np.where(along > 0.0, along**2 / np.maximum(square, 1e-300), 0.0))

    def bending(self, fit: WindowFit, degrees: int) -> float:
        """Fall of the deviance by a baseline of so many degrees more."""
        more = polynomial(self.time.size, self._degree + degrees)[:, self._degree + 1 :]
        return self._fall(fit, more)

    def strain(self, fit: WindowFit) -> float:
        """Fall of the deviance by a baseline that is free of what was known of it."""
        return self._fall(fit, self._raw_baseline[:, 2 : 2 + self._prior.shape[0]])

    def _fall(self, fit: WindowFit, more: FloatArray) -> float:
        present = fit.area > 0.0
        by_shift = self.columns(fit.center, fit.places.width)[1][:, present]
        raw = np.column_stack([fit.peaks[:, present], by_shift, more])
        columns = self.project(self.noise.whiten(raw))
        q = np.linalg.qr(columns)[0]
        return float(np.sum((q[:, raw.shape[1] - more.shape[1] :].T @ self._target) ** 2))

    def _solve(self, places: PeakPlaces, shift: FloatArray) -> _State:
        value, by_shift = self.columns(places.center + shift * places.width, places.width)
        value, by_shift = value * places.sign, by_shift * places.sign
        count = value.shape[1]
        both = self.project(self.noise.whiten(np.concatenate([value, by_shift], axis=1)))
        area = nonnegative(both[:, :count], self._target)
        residual = self._target - both[:, :count] @ area
        penalty = float(np.sum((shift / places.prior_sd) ** 2))
        return _State(value, both, area, residual, float(residual @ residual) + penalty)

    def _finish(self, places: PeakPlaces, shift: FloatArray, state: _State) -> WindowFit:
        count = state.area.size
        free = (places.bound > 0.0) & (state.area > 0.0)
        jacobian = np.concatenate(
            [state.columns[:, :count], state.columns[:, count:][:, free] * state.area[free]], axis=1
        )
        information = jacobian.T @ jacobian
        at = count + np.arange(int(free.sum()))
        information[at, at] += places.prior_sd[free] ** -2.0
        scale = np.sqrt(np.maximum(np.diag(information), 1e-300))
        covariance = np.linalg.pinv(information / np.outer(scale, scale)) / np.outer(scale, scale)
        peaks = state.value * state.area
        left = self.signal - self._usual - peaks.sum(axis=1)
        # Areas are those beside the whitened baseline. Whitening nearly removes the level of a
        # trace with slow noise, so that the baseline itself is that of plain least squares.
        prior = self.noise.rms * self._prior
        coefficients = np.linalg.lstsq(
            np.concatenate([self._raw_baseline, prior]),
            np.concatenate([left, np.zeros(prior.shape[0])]),
            rcond=None,
        )[0]
        baseline = self._usual + self._raw_baseline @ coefficients
        return WindowFit(
            places,
            state.area,
            np.sqrt(np.diag(covariance)[:count]),
            shift,
            peaks,
            baseline,
            state.deviance,
        )


@dataclass(frozen=True)
class _State:
    value: FloatArray
    columns: FloatArray
    area: FloatArray
    residual: FloatArray
    deviance: float


def _step(
    state: _State, places: PeakPlaces, shift: FloatArray, free: NDArray[np.bool_], damping: float
) -> FloatArray:
    count = state.area.size
    present = state.area > 0.0
    by_area = state.columns[:, :count][:, present]
    by_shift = state.columns[:, count:][:, free] * state.area[free]
    # Variable projection: the derivative of the residual with the areas solved for.
    q = np.linalg.qr(by_area)[0]
    by_shift = by_shift - q @ (q.T @ by_shift)
    information = by_shift.T @ by_shift
    gradient = by_shift.T @ state.residual - shift[free] / places.prior_sd[free] ** 2
    diagonal = np.arange(gradient.size)
    information[diagonal, diagonal] += places.prior_sd[free] ** -2.0
    information[diagonal, diagonal] *= 1.0 + damping
    information[diagonal, diagonal] += 1e-12
    step = np.zeros(count)
    step[free] = np.linalg.solve(information, gradient)
    return step


def nonnegative(columns: FloatArray, target: FloatArray) -> FloatArray:
    """Least squares with every coefficient 0 or more, for a few columns."""
    gram, along = columns.T @ columns, columns.T @ target
    scale = np.sqrt(np.maximum(np.diag(gram), 1e-300))
    gram, along = gram / np.outer(scale, scale), along / scale
    active = np.zeros(along.size, dtype=bool)
    solution = np.zeros(along.size)
    # Lawson and Hanson's active set, on the normal equations of at most some ten columns.
    for _ in range(3 * along.size):
        gradient = along - gram @ solution
        gradient[active] = -np.inf
        best = int(np.argmax(gradient))
        if gradient[best] <= 1e-10 * max(float(np.abs(along).max()), 1e-300):
            break
        active[best] = True
        while True:
            trial = np.zeros(along.size)
            part = gram[np.ix_(active, active)]
            trial[active] = np.linalg.lstsq(part, along[active], rcond=1e-12)[0]
            if trial[active].min() > 0.0:
                break
            down = active & (trial <= 0.0)
            ratio = solution[down] / np.maximum(solution[down] - trial[down], 1e-300)
            solution = solution + float(ratio.min()) * (trial - solution)
            active &= solution > 1e-14  # rounding
            solution[~active] = 0.0
            if not active.any():
                trial = solution
                break
        solution = trial
    return np.asarray(solution / scale)
