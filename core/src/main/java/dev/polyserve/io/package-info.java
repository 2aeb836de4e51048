/// What a socket is: listeners, stream sockets and datagram sockets, and the wire of a connection that has a thread.
///
/// Two families implement the same interfaces: the JDK's channels ([dev.polyserve.io.ChannelTransport], here), and
/// descriptors on Linux (another module). Nothing above knows which it has.
///
/// **Threads**: a socket belongs to its connection's owner; others may only call what says "any thread".
///
/// **Depends on** the public interface and `conversation`.
@NullMarked
package dev.polyserve.io;

import org.jspecify.annotations.NullMarked;
