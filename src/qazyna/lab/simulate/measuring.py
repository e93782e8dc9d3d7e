"""Measures of one history: drawdown, volatility and expected shortfall of its daily returns."""

import math

from qazyna.lab.simulate.arrays import Floats
from qazyna.lab.simulate.compiling import kernel


@kernel
def measure(worth: Floats, flow: Floats, returns: Floats, out: Floats) -> None:
    """Drawdown, volatility and ES of the flow-neutral daily returns, on days after one of worth.

    What stands in `worth` is lost.
    """
    n, idle = worth.size - 1, 0
    for day in range(n):
        returns[day] = (worth[day + 1] - flow[day + 1]) / worth[day] - 1.0
        idle += worth[day] <= 0.0
    if idle > 0:
        n = 0
        for day in range(worth.size - 1):
            if worth[day] > 0.0:
                returns[n] = returns[day]
                n += 1
    out[0], out[1], out[2] = 0.0, 0.0, 0.0
    if n < 2:
        return
    wealth, peak, floor, fall = 1.0, 1.0, 1.0, 0.0
    total, squares = 0.0, 0.0
    for day in range(n):
        change = returns[day]
        total += change
        squares += change * change
        wealth *= 1.0 + change
        if wealth > peak:
            peak = wealth
            floor = peak * (1.0 - fall)
        elif wealth < floor:
            fall = 1.0 - wealth / peak
            floor = wealth
    spread = max(0.0, squares - total * total / n)
    out[0] = fall
    out[1] = math.sqrt(spread / (n - 1) * 365.0)
    out[2] = shortfall(returns[:n], total / n, math.sqrt(spread / n), worth)


@kernel
def shortfall(values: Floats, middle: float, spread: float, worst: Floats) -> float:
    """The mean of the worst twentieth, the last of them counted in part; positive is a loss.

    Rockafellar & Uryasev 2000. `worst` is scratch, as long as `values`. They are looked for among
    those well below `middle`, in terms of `spread`; nearer, where these are too few; else among
    all. Any two numbers are right, mean and deviation are fast.
    """
    n = values.size
    mass = 0.05 * n
    whole = int(mass)
    found, below = 0, 1.0
    while found <= whole and below > 0.01:
        found, bound = 0, middle - below * spread
        for each in range(n):
            worst[found] = values[each]
            found += values[each] < bound
        below *= 0.3
    if found <= whole:
        found = n
        for each in range(n):
            worst[each] = values[each]
    low, high = 0, found - 1
    while low < high:
        # Hoare's selection: the worst come first.
        pivot = worst[(low + high) // 2]
        i, j = low, high
        while i <= j:
            while worst[i] < pivot:
                i += 1
            while worst[j] > pivot:
                j -= 1
            if i <= j:
                worst[i], worst[j] = worst[j], worst[i]
                i += 1
                j -= 1
        if whole <= j:
            high = j
        elif whole >= i:
            low = i
        else:
            break
    lost = 0.0
    for each in range(whole):
        lost += worst[each]
    mean: float = (lost + (mass - whole) * worst[whole]) / mass
    return -mean
