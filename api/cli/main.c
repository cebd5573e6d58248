/* dropship: the doors of the system at a terminal. */
#include <signal.h>

#include "api/cli/cli.h"

int main(int argc, char **argv)
{
    signal(SIGPIPE, SIG_IGN);
    return cli_main(argc, argv);
}
