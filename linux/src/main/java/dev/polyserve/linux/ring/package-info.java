/// Event loops over a completion ring, `io_uring(7)`: one orders what is to be done, and is told when it is done.
///
/// | class | what it is |
/// |---|---|
/// | `RingMultiplexer` | the turn: one `io_uring_enter` submits all orders, waits, and brings all completions |
/// | `Ring`, `RingSetup`, `Submissions`, `Completions` | the memory shared with the kernel, and how it is set up |
/// | `ReceiveBuffers`, `SendArena` | the memory of a loop for bytes that come and go, so that a connection needs none |
/// | `RingSocket`, `RingStream`, `ReceiveQueue`, `RingOutput` | a connection: one receive that goes on and on, and one send at a time |
/// | `RingListener` | one accept that goes on and on |
/// | `PolledListener` | a listener that other processes serve, too |
/// | `RingPort` | a datagram port: one receive that goes on and on, into buffers of its own |
/// | `PolledSource` | any other descriptor, watched by polls |
/// | `RingHandleTable` | what is watched, by the slots that the orders' user data names |
/// | `Operations` | what all of them share: where to order, and who is to be told |
/// | `RingTransport` | descriptors whose connections are `RingSocket`s |
///
/// A completion only notes what has happened; whoever it is for is told when all have been read. So reading completions
/// never calls a handler, and may be done at any place.
///
/// **Threads**: the loop's, except waking it; the socket's and listener's types say more.
///
/// **Depends on** the budget of buffers in `dev.polyserve.conversation`, `dev.polyserve.io`, `dev.polyserve.loop`, the sockets of
/// this module and its system calls.
@NullMarked
package dev.polyserve.linux.ring;

import org.jspecify.annotations.NullMarked;
