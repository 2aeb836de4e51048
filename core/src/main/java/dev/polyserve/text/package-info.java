/// Writes text that a peer controls to logs, terminals, thread names and JSON: the single place for all modules.
///
/// **Threads**: everything here may be used from any thread.
///
/// **Depends on** the public interface only.
@NullMarked
package dev.polyserve.text;

import org.jspecify.annotations.NullMarked;
