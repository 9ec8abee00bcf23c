# Text: what is printed appears at once, and the value of the last line is shown.
from itertools import accumulate
from statistics import mean, median


def fibonacci(count):
    """The first `count` Fibonacci numbers, with a running total beside them."""
    a, b = 0, 1
    for _ in range(count):
        yield a
        a, b = b, a + b


numbers = list(fibonacci(12))
for number, total in zip(numbers, accumulate(numbers)):
    print(f"{number:>4}  \033[36m{'▇' * (number // 2 or 1)}\033[0m  total {total}")

print(f"\nmean {mean(numbers):.2f}, median {median(numbers)}")
{"largest": max(numbers), "even": [n for n in numbers if n % 2 == 0]}
