/* A host of pictures on this machine: /good... is a JPEG, /page is HTML, /tall is too large, /away answers 503, /none 404.
 * Threads: one; the server is a process of its own. */
#pragma once

/* Start it; its port, or -1.  It ends with this process. */
int pictures_start(void);
