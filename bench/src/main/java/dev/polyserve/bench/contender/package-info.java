/// Contenders: starts each in processes of its own, and measures what those processes cost.
///
/// **Thread**: the thread that runs the benchmark, unless a type says otherwise; methods that end processes may be
/// called from any thread. **May use**: `process`, `result`, `service`, and the API.
@NullMarked
package dev.polyserve.bench.contender;

import org.jspecify.annotations.NullMarked;
