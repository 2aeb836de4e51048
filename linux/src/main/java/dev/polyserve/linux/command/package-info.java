/// A program for each connection, with the connection as its input and output: the model `process` without Java code
/// for each client.
///
/// **Threads**: one event loop accepts, starts programs and watches for their ends and for clients that go.
///
/// **Depends on** `core`'s seam for models, and this module's processes, sockets, epoll and system calls.
@NullMarked
package dev.polyserve.linux.command;

import org.jspecify.annotations.NullMarked;
