;; Guile's foreign function interface: procedures as callbacks, and structs by value.
(use-modules (system foreign) (rnrs bytevectors))

(define libc (dynamic-link))
(define (function result name . arguments)
  (pointer->procedure result (dynamic-func name libc) arguments))

(display ((function size_t "strlen" '*) (string->pointer "how long is this"))) (newline)
(display ((function double "atof" '*) (string->pointer "1.25"))) (newline)
(display ((function long "labs" long) -1099511627776)) (newline)

(define numbers (apply s32vector (map (lambda (i) (modulo (* i 7919) 503)) (iota 40))))
(define compare
  (procedure->pointer int
    (lambda (a b)
      (- (bytevector-s32-native-ref (pointer->bytevector a 4) 0)
         (bytevector-s32-native-ref (pointer->bytevector b 4) 0)))
    (list '* '*)))
((function void "qsort" '* size_t size_t '*) (bytevector->pointer numbers) 40 4 compare)
(display numbers) (newline)

(define divided ((function (list long long) "ldiv" long long) -1000000000007 1000))
(display (parse-c-struct divided (list long long))) (newline)

(define (echo type value)
  (let* ((callback (procedure->pointer type (lambda (a b c) c) (list type double type)))
         (called (pointer->procedure type callback (list type double type))))
    (display (called value 2.5 value)) (newline)))
(for-each echo (list int8 uint8 int16 uint16 int32 uint32 int64 uint64 float double)
  (list -5 250 -500 60000 -50000 4000000000 -1125899906842624 18446744073709551615 0.5 -1.5e100))
