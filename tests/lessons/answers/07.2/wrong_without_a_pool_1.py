# mistake: without a pool

from pool_lab.lessons import exercise


@exercise("07.2")
def square_all(square, numbers):
    return [square(number) for number in numbers]
