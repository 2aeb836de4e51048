// What the two C servers share: the listener and how they end. They are the floor of the comparison: one thread, no
// allocation and no look-up per request. Both are ours; they follow epoll(7), io_uring(7) and liburing's documentation.
#ifndef ECHO_H
#define ECHO_H

enum { BACKLOG = 4096, UNUSABLE = 3 };

// Says what failed, with the system's reason, and ends the process.
_Noreturn void fail(const char *what);

// Listens on 127.0.0.1 at the port that the command line names; accepted sockets inherit TCP_NODELAY from it.
// Also raises the limit of descriptors as far as it goes. type_flags: 0 or SOCK_NONBLOCK.
int listen_at(int argc, char **argv, int type_flags);

// One more than the largest descriptor this process may have: the size of a table of connections.
int descriptor_limit(void);

#endif
