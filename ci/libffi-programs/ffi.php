<?php
// PHP's FFI: C declarations, structs by value, callbacks, variadic functions.
$c = FFI::cdef('
    typedef struct { int quot; int rem; } div_t;
    typedef struct { long quot; long rem; } ldiv_t;
    div_t div(int, int);
    ldiv_t ldiv(long, long);
    int abs(int);
    size_t strlen(const char *);
    int snprintf(char *, size_t, const char *, ...);
    void qsort(void *, size_t, size_t, int (*)(const int *, const int *));
    double strtod(const char *, char **);
', 'libc.so.6');
$m = FFI::cdef('double pow(double, double); float sqrtf(float);', 'libm.so.6');

echo $c->abs(-17), ' ', $c->strlen('seven by seven'), ' ', $m->pow(2.0, 0.5), ' ', $m->sqrtf(2.0), "\n";
$small = $c->div(17, 5);
$large = $c->ldiv(-1000000000007, 1000);
echo $small->quot, ' ', $small->rem, ' ', $large->quot, ' ', $large->rem, "\n";

$text = FFI::new('char[64]');
$length = $c->snprintf($text, 64, '%d %s %.2f %ld', 42, 'text', 1.5, -7);
echo $length, ' ', FFI::string($text), "\n";

$numbers = FFI::new('int[50]');
for ($i = 0; $i < 50; $i++) {
    $numbers[$i] = ($i * 7919) % 503;
}
$calls = 0;
$c->qsort($numbers, 50, 4, function ($a, $b) use (&$calls) {
    $calls++;
    return $a[0] - $b[0];
});
for ($i = 0; $i < 50; $i++) {
    echo $numbers[$i], ' ';
}
echo $calls > 50 ? 'sorted' : 'not sorted', "\n";
