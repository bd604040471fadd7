.include ptregs.inc
.include ""
.include "lib/error.inc" twice
