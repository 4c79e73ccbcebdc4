/* Records `id,text` in, lines `id,TEXT` out. Each record is its length (8 bytes, little-endian) and its bytes. */
#include <ctype.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static void fail(const char *what) {
    fprintf(stderr, "upper: %s\n", what);
    exit(1);
}

int main(void) {
    unsigned char header[8];
    unsigned char *record = NULL;
    size_t room = 0;
    for (;;) {
        size_t got = fread(header, 1, sizeof header, stdin);
        if (got == 0) {
            break;
        }
        if (got != sizeof header) {
            fail("the input ends inside of a length");
        }
        uint64_t length = 0;
        for (int i = 7; i >= 0; i--) {
            length = length << 8 | header[i];
        }
        if (length > room) {
            room = length;
            record = realloc(record, room);
            if (record == NULL) {
                fail("no memory for a record");
            }
        }
        if (length > 0 && fread(record, 1, length, stdin) != length) {
            fail("the input ends inside of a record");
        }
        for (uint64_t i = 0; i < length; i++) {
            putchar(toupper(record[i]));
        }
        putchar('\n');
    }
    free(record);
    return fflush(stdout) == 0 ? 0 : 1;
}
