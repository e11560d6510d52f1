# What calls of ctypes cost, with whichever libffi it finds: nanoseconds, the least of several rounds.
import ctypes
import timeit

libc = ctypes.CDLL(None)
libm = ctypes.CDLL("libm.so.6")
libm.pow.argtypes, libm.pow.restype = (ctypes.c_double, ctypes.c_double), ctypes.c_double
absolute = libc.abs
absolute.argtypes = (ctypes.c_int,)
compare = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_int, ctypes.c_int)(lambda a, b: a)


class Division(ctypes.Structure):
    _fields_ = [("quot", ctypes.c_int), ("rem", ctypes.c_int)]


libc.div.argtypes, libc.div.restype = (ctypes.c_int, ctypes.c_int), Division


def measure(name, call):
    rounds, number = 15, 50000
    print(f"{name:34} {min(timeit.repeat(call, number=number, repeat=rounds)) / number * 1e9:8.0f}")


measure("abs(-7)", lambda: absolute(-7))
measure("pow(2.0, 10.0)", lambda: libm.pow(2.0, 10.0))
measure("div(17, 5)", lambda: libc.div(17, 5))
measure("a callback, called from Python", lambda: compare(1, 2))
