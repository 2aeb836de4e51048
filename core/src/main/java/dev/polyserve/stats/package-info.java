/// What a server counts: the counters that loops and threads write, and the snapshots of them that
/// [dev.polyserve.ServerStats] consists of.
///
/// **Threads**: a counter has one writer, and any thread reads it; snapshots are values.
///
/// **Depends on** the public interface and the locks of `coroutine`.
@NullMarked
package dev.polyserve.stats;

import org.jspecify.annotations.NullMarked;
