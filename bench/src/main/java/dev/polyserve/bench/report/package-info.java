/// Reports for people and programs: tables, JSON, one HTML file, and the changes since a baseline.
///
/// **Thread**: any; nothing here is shared. **May use**: `result`.
@NullMarked
package dev.polyserve.bench.report;

import org.jspecify.annotations.NullMarked;
