/// Event loops over a completion ring, `io_uring(7)`: a loop submits operations, and the kernel reports their
/// completion.
///
/// | class | purpose |
/// |---|---|
/// | `RingMultiplexer` | the turn: one `io_uring_enter` submits all operations, waits, and collects all completions |
/// | `IoUringInstance`, `RingSetup`, `SubmissionQueue`, `CompletionQueue` | the memory shared with the kernel, and its setup |
/// | `ReceiveBuffers`, `SendArena` | the memory of a loop for received and sent bytes; connections need none |
/// | `RingSocket`, `ReceiveQueue`, `RingOutput` | a connection: multishot receive, one send at a time |
/// | `RingListener` | one multishot accept |
/// | `RingPolledListener` | a listener that other processes serve, too |
/// | `RingDatagramPort` | a datagram port: one multishot receive, into its own buffers |
/// | `RingPolledDescriptor` | any other descriptor, watched by polls |
/// | `RingHandleTable` | the watched handles, by the slots in the operations' user data |
/// | `RingOperations` | shared by all handles: submission, and the list of handles to notify |
/// | `RingSocketProvider` | descriptors with `RingSocket`s as their connections |
///
/// Processing a completion only records it. The handles are notified after all completions have been read. Reading
/// completions therefore never calls a handler, and is allowed at any point.
///
/// **Threads**: the loop's, except for waking it up; the socket and listener types state more.
///
/// **Depends on** the budget of buffers in `dev.polyserve.conversation`, `dev.polyserve.io`, `dev.polyserve.loop`, the
/// sockets of this module and its system calls.
@NullMarked
package dev.polyserve.linux.ring;

import org.jspecify.annotations.NullMarked;
