/// The benchmark: runs contenders under workloads, in a fair order, and collects the results.
///
/// **Thread**: the thread that runs the benchmark, unless a type says otherwise. **May use**: the packages below, and
/// the API.
@NullMarked
package dev.polyserve.bench;

import org.jspecify.annotations.NullMarked;
