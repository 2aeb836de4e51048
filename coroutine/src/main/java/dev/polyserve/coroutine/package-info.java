/// Coroutines on virtual threads.
///
/// For now the one class that lends a thread as the carrier of virtual threads, [dev.polyserve.coroutine.Carrier]; generators,
/// greenlets and a hub belong here too.
///
/// **Depends on** the JDK only.
@NullMarked
package dev.polyserve.coroutine;

import org.jspecify.annotations.NullMarked;
