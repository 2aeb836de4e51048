/// One connection without its socket: buffers, framing, limits, causes, and the next wanted operation.
///
/// A [dev.polyserve.conversation.ProtocolConversation] says which operation it wants next (read, write, done): an event
/// loop drives it, or a thread pumps it. A [dev.polyserve.conversation.MessageConversation] is driven in the same way, and
/// handles its messages on coroutines of the loop. A [dev.polyserve.conversation.HandlerConversation] runs its handler, which
/// reads, writes and waits through a [dev.polyserve.conversation.Wire]. Sockets, threads and the time reach both only through their parameters,
/// so tests use byte arrays and a clock advanced by hand.
///
/// **Threads**: everything belongs to the connection's owner (a thread, a loop) unless a comment states otherwise;
/// exceptions are settling the cause, the [dev.polyserve.conversation.CrossThreadSendQueue], and the counters.
///
/// **Depends on** the public interface, the description of a server in `dev.polyserve.spi`, `dev.polyserve.text` and the
/// carriers of coroutines.
@NullMarked
package dev.polyserve.conversation;

import org.jspecify.annotations.NullMarked;
