/// The PROXY protocol, versions 1 and 2: a parser and a writer of its header (`doc/proxy-protocol.txt` of HAProxy).
///
/// **Threads**: a parser belongs to one thread at a time; all other types are values, which any thread may use. Nothing
/// here waits, or knows a socket.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.proxy;

import org.jspecify.annotations.NullMarked;
