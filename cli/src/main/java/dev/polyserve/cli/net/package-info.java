/// Connects to other servers.
///
/// **Threads**: everything here may be used from any thread, and waits for the network.
///
/// **Depends on** the public interface of the library (endpoints).
@NullMarked
package dev.polyserve.cli.net;

import org.jspecify.annotations.NullMarked;
