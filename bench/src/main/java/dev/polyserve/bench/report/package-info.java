/// Results for people and for other programs: tables, JSON, one HTML file, and what changed against a baseline.
///
/// **Thread**: any; nothing here is shared. **May use**: `result`.
@NullMarked
package dev.polyserve.bench.report;

import org.jspecify.annotations.NullMarked;
