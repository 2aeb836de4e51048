"""Measures the costs of Python's coroutines, to compare with comparison/jmh CoroutineCostBenchmark: nanoseconds of processor time
per operation.

    python3 comparison/src/main/python/coroutines.py

Needs nothing for generators; greenlet and gevent for the others (pip install gevent, in an environment of its own).
Each figure is the median of seven rounds, with the minimum and the maximum in brackets.
"""

import statistics
import sys
import time

ROUNDS = 7
TIMES = 200_000


def measure(name, run, times=TIMES):
    rounds = []
    for _ in range(ROUNDS):
        began = time.process_time_ns()
        run(times)
        rounds.append((time.process_time_ns() - began) / times)
    print(f"{name:<22} {statistics.median(rounds):8.0f} ns ({min(rounds):.0f} – {max(rounds):.0f})")


def ones():
    while True:
        yield 1


def generator_next(times):
    values = ones()
    for _ in range(times):
        next(values)


def main():
    print("Python", sys.version.split()[0])
    measure("generator next", generator_next)
    try:
        import gevent
        import greenlet
    except ImportError as missing:
        print(f"the others were not measured: {missing.name} is missing (pip install gevent)")
        return
    print("gevent", gevent.__version__, "greenlet", greenlet.__version__)

    def switches(times):
        def play(left):
            me = greenlet.getcurrent()
            while left > 0:
                left = pair[1 if me is pair[0] else 0].switch(left - 1)
            return left

        pair = [greenlet.greenlet(play), greenlet.greenlet(play)]
        pair[0].switch(times)

    def spawn_and_join(times):
        for _ in range(times):
            gevent.spawn(int).join()

    def sleep_zero(times):
        def sleeps():
            for _ in range(times // 2):
                gevent.sleep(0)

        gevent.joinall([gevent.spawn(sleeps), gevent.spawn(sleeps)])

    measure("greenlet switch", switches)
    measure("gevent spawn and join", spawn_and_join, TIMES // 10)
    measure("gevent sleep(0)", sleep_zero, TIMES // 4)


if __name__ == "__main__":
    main()
