"""Pieces of work on a Dask cluster; Dask is imported only when it is used."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tricyclic.errors import InputError

# How long a scheduler may take to answer.
TIMEOUT = "10s"


def on_dask(
    work: Callable[[Any], Any], pieces: Sequence[Any], address: str, *, ahead: int = 4
) -> Iterator[tuple[int, Any]]:
    """Do every piece on the cluster; results come in the order in which they are ready.

    Parameters
    ----------
    work : function of one piece
        Its module must be installed where the workers are, and the files that it reads must be
        visible to them.
    pieces : sequence
        Small objects that can be pickled.
    address : str
        Of the scheduler, such as tcp://host:8786.
    ahead : int
        Pieces in flight per thread of the cluster.

    Yields
    ------
    (int, result)
        Number of the piece, and its result.

    Raises
    ------
    InputError
        If Dask is not installed or no scheduler answers at the address; or what `work` raises.
    """
    cluster, client = _connect(address)
    with client:
        threads = sum(client.nthreads().values())
        waiting = iter(enumerate(pieces))
        first = [next(waiting, None) for _ in range(max(threads, 1) * ahead)]
        number_of = {
            client.submit(work, piece, pure=False): number for number, piece in filter(None, first)
        }
        queue = cluster.as_completed(list(number_of), loop=client.loop, with_results=True)
        for future, result in queue:
            if (more := next(waiting, None)) is not None:
                following = client.submit(work, more[1], pure=False)
                number_of[following] = more[0]
                queue.add(following)
            yield number_of.pop(future), result


def cluster_size(address: str) -> tuple[int, int]:
    """Workers and threads of a cluster.

    Parameters
    ----------
    address
        Of the scheduler, such as tcp://host:8786.

    Raises
    ------
    InputError
        If Dask is not installed or no scheduler answers at the address.
    """
    _, client = _connect(address)
    with client:
        threads = client.nthreads()
        return len(threads), sum(threads.values())


def _connect(address: str) -> tuple[Any, Any]:
    """The library, and a client of the scheduler at an address."""
    try:
        import distributed
    except ImportError as error:
        raise InputError(
            "Dask is not installed", where="scheduler", do="Install tricyclic[dask]"
        ) from error
    cluster: Any = distributed
    try:
        client: Any = cluster.Client(address, timeout=TIMEOUT, set_as_default=False)
    except (OSError, ValueError, TimeoutError) as error:
        raise InputError(
            f"no Dask scheduler answers at '{address}'",
            where="scheduler",
            do="Start one, or omit --scheduler",
        ) from error
    return cluster, client
