/// The benchmark: which contenders run which workloads in which order, and what comes of it.
///
/// **Thread**: the one that runs it, unless a type says otherwise. **May use**: everything below it, and the API.
@NullMarked
package dev.polyserve.bench;

import org.jspecify.annotations.NullMarked;
