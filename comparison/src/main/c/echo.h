// Shared by the C servers and the load generators: sockets, and the exit on errors. The servers are the lower bound of the
// comparison: one thread, no allocation and no look-up per request. They belong to this project, and follow epoll(7),
// io_uring(7), liburing's and OpenSSL's documentation.
#ifndef ECHO_H
#define ECHO_H

enum { BACKLOG = 4096, UNUSABLE = 3 };

// The word with which messages begin.
extern const char *program;

// Prints what failed, with the reason from errno, and exits.
_Noreturn void fail(const char *what);

// Listens on 127.0.0.1 at the port of the command line; accepted sockets inherit TCP_NODELAY from the listener. Also
// raises the descriptor limit to its maximum. type_flags: 0 or SOCK_NONBLOCK.
int listen_at(int argc, char **argv, int type_flags);

// Connects to 127.0.0.1, with TCP_NODELAY. Exits when that fails.
int connect_to(int port);

// Raises the descriptor limit to its maximum.
void raise_descriptor_limit(void);

// One more than the largest possible descriptor of this process: the size of a table of connections.
int descriptor_limit(void);

#endif
