/// One connection without its socket: buffers, framing, limits, causes, and what it wants next.
///
/// A [dev.polyserve.conversation.ProtocolConversation] is driven: its driver does what it wants (read, write, done). A
/// [dev.polyserve.conversation.HandlerConversation] runs its handler, which reads, writes and waits through the one seam
/// [dev.polyserve.conversation.Wire]. Neither knows sockets, threads or the time but through what it is given, so both are
/// tested with byte arrays and a clock moved by hand.
///
/// **Threads**: everything belongs to the connection's owner (a thread, a loop) except what a comment says otherwise about:
/// settling the cause, the [dev.polyserve.conversation.Outbox], the counters.
///
/// **Depends on** the public interface and `dev.polyserve.text` only.
@NullMarked
package dev.polyserve.conversation;

import org.jspecify.annotations.NullMarked;
