#!/bin/sh
# A compiler that takes no notice of a convention's name.
exec "${CC:-gcc}" -Dms_abi=unused "$@"
