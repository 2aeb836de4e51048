/// Sockets: listeners, stream sockets and datagram sockets, and the wires of connections that have a thread and of sessions of
/// datagrams.
///
/// Two families implement the same interfaces: the JDK's channels ([dev.polyserve.io.ChannelSocketProvider], here), and
/// descriptors on Linux (another module). The layers above do not depend on the family.
///
/// **Threads**: a socket belongs to its connection's owner; other threads may only call what is marked "any".
///
/// **Depends on** the public interface, `conversation` and the carriers of coroutines.
@NullMarked
package dev.polyserve.io;

import org.jspecify.annotations.NullMarked;
