/// The tables of `docs/performance.md`, written from what `polyserve bench` has measured, and the picture of them.
///
/// **Thread**: any; nothing here is shared. **May use**: `dev.polyserve.bench.result` and `dev.polyserve.bench.report`.
@NullMarked
package dev.polyserve.comparison.page;

import org.jspecify.annotations.NullMarked;
