/// The results of a benchmark as plain values: written as JSON, read back as a baseline, shown in reports.
///
/// **Thread**: any; everything here is immutable. **May use**: nothing of this project.
@NullMarked
package dev.polyserve.bench.result;

import org.jspecify.annotations.NullMarked;
