#!/bin/sh
# A compiler for another machine.
echo sparc64-sun-solaris2
