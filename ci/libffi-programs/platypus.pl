# Perl's FFI::Platypus: functions, closures, numbers of every width.
use strict;
use warnings;
use FFI::Platypus 1.00;

my $ffi = FFI::Platypus->new(api => 1, lib => [undef]);
print $ffi->function(strlen => ['string'] => 'size_t')->call("how long is this"), "\n";
print $ffi->function(atof => ['string'] => 'double')->call("1.25"), "\n";
print $ffi->function(labs => ['long'] => 'long')->call(-1099511627776), "\n";

my $compare = $ffi->closure(sub {
    my ($x, $y) = map { $ffi->cast('opaque' => 'sint32*', $_) } @_;
    return $$x <=> $$y;
});
$ffi->type('(opaque, opaque)->int' => 'comparison');
my @numbers = map { $_ * 7919 % 503 } 0 .. 39;
$ffi->attach(qsort => ['sint32[40]', 'size_t', 'size_t', 'comparison'] => 'void');
qsort(\@numbers, 40, 4, $compare);
print "@numbers\n";

my %values = (sint8 => -5, uint8 => 250, sint16 => -500, uint16 => 60000, sint32 => -50000, uint32 => 4000000000,
    sint64 => -1125899906842624, float => 0.5, double => -1.5e100);
for my $type (sort keys %values) {
    my $closure = $ffi->closure(sub { $_[2] });
    my $address = $ffi->cast("($type,double,$type)->$type" => 'opaque', $closure);
    print "$type ", $ffi->function($address => [$type, 'double', $type] => $type)->call($values{$type}, 2.5, $values{$type}), "\n";
}
