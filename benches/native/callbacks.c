/* What a host would write in C instead of a closure: callbacks that are part of the program. */
#include <stdarg.h>

typedef struct { long a, b, c; } triple;

void native_nothing(void) {}

int native_add(int a, int b) { return a + b; }

double native_eight(double a, double b, double c, double d, double e, double f, double g, double h) {
    return a + b + c + d + e + f + g + h;
}

long native_twelve(long a, long b, long c, long d, long e, long f,
                   long g, long h, long i, long j, long k, long l) {
    return a + b + c + d + e + f + g + h + i + j + k + l;
}

triple native_turn(triple t) { return (triple){t.b, t.c, t.a}; }

int native_compare(const void *a, const void *b) {
    int x = *(const int *)a, y = *(const int *)b;
    return (x > y) - (x < y);
}

double native_rest(int count, ...) {
    va_list rest;
    double sum = 0;
    va_start(rest, count);
    for (int i = 0; i < count; i += 2) {
        sum += va_arg(rest, long);
        sum += va_arg(rest, double);
    }
    va_end(rest);
    return sum;
}
