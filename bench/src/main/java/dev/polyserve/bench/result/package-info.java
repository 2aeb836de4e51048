/// What a benchmark measured, as plain values: written as JSON, read back as a baseline, drawn as a report.
///
/// **Thread**: any; everything here is immutable. **May use**: nothing of this project.
@NullMarked
package dev.polyserve.bench.result;

import org.jspecify.annotations.NullMarked;
