/* Exceptions and jumps pass calls and closures, and what lives in frames on the way is destroyed. */
#include <csetjmp>
#include <cstdio>
#include <ffi.h>
#include <initializer_list>

struct Noted {
    const char *name;
    ~Noted() { std::printf("%s destroyed\n", name); }
};

static int two(int a, int b) {
    Noted noted{"two"};
    if (b) throw a * b;
    return a;
}

static double ten(double a, double, double, double, double, double, double, double, double, double j) {
    Noted noted{"ten"};
    if (j != 0) throw a + j;
    return a;
}

struct large {
    long words[5];
};

static large nine(long a, long, long, long, long, long, long, long, large b) {
    Noted noted{"nine"};
    if (a) throw b.words[4];
    return b;
}

static void throws(ffi_cif *cif, void *, void **arguments, void *data) {
    Noted noted{"a closure's function"};
    throw *static_cast<int *>(arguments[cif->nargs - 1]) + *static_cast<int *>(data);
}

static std::jmp_buf place;

static void jumps(ffi_cif *, void *, void **, void *) { std::longjmp(place, 5); }

static const unsigned most = 10;

/* An interface of so many arguments of one type. */
struct Interface {
    ffi_cif cif;
    ffi_type *types[most];

    Interface(unsigned count, ffi_type *result, ffi_type *type) {
        for (unsigned index = 0; index < count; index++) types[index] = type;
        if (ffi_prep_cif(&cif, FFI_DEFAULT_ABI, count, result, types) != FFI_OK) std::puts("not prepared");
    }
};

/* A closure that runs a function with a number. */
struct Closure {
    int number = 40;
    void *code;
    ffi_closure *memory;

    Closure(ffi_cif *cif, void (*function)(ffi_cif *, void *, void **, void *)) {
        memory = static_cast<ffi_closure *>(ffi_closure_alloc(sizeof(ffi_closure), &code));
        if (ffi_prep_closure_loc(memory, cif, function, &number, code) != FFI_OK) std::puts("not prepared");
    }
    ~Closure() { ffi_closure_free(memory); }
};

template <typename Number> static void call(Interface &interface, void (*function)(), void *argument) {
    void *arguments[most];
    for (void *&place : arguments) place = argument;
    char result[64];
    try {
        ffi_call(&interface.cif, function, result, arguments);
        std::puts("nothing thrown");
    } catch (Number number) {
        std::printf("caught %g\n", static_cast<double>(number));
    }
}

int main() {
    int number = 2;
    double real = 1.5;
    Interface ints(2, &ffi_type_sint, &ffi_type_sint), doubles(10, &ffi_type_double, &ffi_type_double);
    call<int>(ints, FFI_FN(two), &number);
    call<double>(doubles, FFI_FN(ten), &real);

    ffi_type *words[] = {&ffi_type_slong, &ffi_type_slong, &ffi_type_slong,
                         &ffi_type_slong, &ffi_type_slong, nullptr};
    ffi_type large_type{};
    large_type.type = FFI_TYPE_STRUCT;
    large_type.elements = words;
    Interface structs(9, &large_type, &ffi_type_slong);
    structs.types[8] = &large_type;
    if (ffi_prep_cif(&structs.cif, FFI_DEFAULT_ABI, 9, &large_type, structs.types) != FFI_OK) std::puts("not prepared");
    large value = {{1, 2, 3, 4, 5}};
    call<long>(structs, FFI_FN(nine), &value);

    Interface many(10, &ffi_type_sint, &ffi_type_sint);
    for (Interface *interface : {&ints, &many}) {
        Closure closure(&interface->cif, throws);
        call<int>(*interface, FFI_FN(closure.code), &number);
        Closure jumping(&interface->cif, jumps);
        if (int jumped = setjmp(place)) {
            std::printf("jumped with %d\n", jumped);
        } else {
            call<int>(*interface, FFI_FN(jumping.code), &number);
        }
    }
    Closure closure(&ints.cif, throws);
    try {
        reinterpret_cast<int (*)(int, int)>(closure.code)(1, 2);
        std::puts("nothing thrown");
    } catch (int caught) {
        std::printf("caught %d\n", caught);
    }
}
