/// TLS without sockets: certificates and keys read from files, and the engines that speak the protocol.
///
/// **Threads**: stated by each class.
///
/// **Depends on** the public interface and the JDK only.
@NullMarked
package dev.polyserve.tls;

import org.jspecify.annotations.NullMarked;
