/// A program for each connection, with the connection as its input and output: the model `process` without Java code
/// for each client.
///
/// **Threads**: event loops, two for each processor, start programs and watch for their ends and for clients that go; the
/// first also accepts.
///
/// **Depends on** `core`'s seam for models, and this module's processes, sockets, epoll and system calls.
@NullMarked
package dev.polyserve.linux.command;

import org.jspecify.annotations.NullMarked;
