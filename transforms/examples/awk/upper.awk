#!/usr/bin/awk -f
# Records `id,text` in, lines `id,TEXT` out; one record a line (FRAMED BY NEWLINE).
BEGIN { FS = ","; OFS = "," }
{ print $1, toupper($2) }
