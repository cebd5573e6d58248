/* What a piece of code writes to a descriptor (1 or 2), as text.  Test programs only; not for threads. */
#pragma once

/* Let the descriptor write into a nameless file from now on. */
void capture_start(int fd);
/* Put the descriptor back; the text is the caller's to free(). */
char *capture_end(void);
