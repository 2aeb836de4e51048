/// TLS: certificates and keys read from files, the engines that speak the protocol, and the layer over a socket that uses them.
///
/// **Threads**: stated by each class.
///
/// **Depends on** the public interface, `conversation`, `io` and the JDK only.
@NullMarked
package dev.polyserve.tls;

import org.jspecify.annotations.NullMarked;
