/// Contenders: starting them, each in processes of its own, and what those processes cost.
///
/// **Thread**: the one that runs the benchmark, unless a type says otherwise; what ends processes may be called from any.
/// **May use**: `result`, `service`, and the API.
@NullMarked
package dev.polyserve.bench.contender;

import org.jspecify.annotations.NullMarked;
