/// The whole public interface of Polyserve: how to serve a connection ([dev.polyserve.Handler],
/// [dev.polyserve.Protocol], [dev.polyserve.DatagramHandler]), where to listen ([dev.polyserve.Endpoint]), how handlers
/// run concurrently ([dev.polyserve.Model]), and the [dev.polyserve.Server] that combines them.
///
/// **Threads**: [dev.polyserve.Server], [dev.polyserve.Sender] and [dev.polyserve.ConnectionFuture] may be used from
/// any thread; a [dev.polyserve.Connection], [dev.polyserve.Input] or [dev.polyserve.Output] only from the turn that it
/// was passed to.
///
/// **Depends on** nothing else in Polyserve: the implementation is found through [dev.polyserve.spi.ServerProvider].
@NullMarked
package dev.polyserve;

import org.jspecify.annotations.NullMarked;
