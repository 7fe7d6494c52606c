"""M/M/1 in SimPy, as bench/mm1.cfg: one server at 90%, the mean and variance of waits.

usage: mm1_simpy.py CUSTOMERS
Prints nanoseconds of processor time (user) a customer, without the start of Python.
"""

import random
import resource
import sys

import simpy


def customer(env, desk, luck, waits):
    arrived = env.now
    with desk.request() as request:
        yield request
        wait = env.now - arrived
        waits[0] += 1
        waits[1] += wait
        waits[2] += wait * wait
        yield env.timeout(luck.expovariate(1.0))


def arrivals(env, customers, desk, luck, waits):
    for _ in range(customers):
        yield env.timeout(luck.expovariate(0.9))
        env.process(customer(env, desk, luck, waits))


def main():
    customers = int(sys.argv[1])
    env = simpy.Environment()
    desk = simpy.Resource(env, capacity=1)
    waits = [0, 0.0, 0.0]
    env.process(arrivals(env, customers, desk, random.Random(1), waits))
    begun = resource.getrusage(resource.RUSAGE_SELF).ru_utime
    env.run()
    used = resource.getrusage(resource.RUSAGE_SELF).ru_utime - begun
    if waits[0] != customers:
        sys.exit(f"{waits[0]} of {customers} customers were served")
    print(f"ns_per_customer {1e9 * used / customers:.1f}")
    print(f"mean_wait {waits[1] / waits[0]:.3f}")


main()
